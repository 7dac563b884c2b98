#!/usr/bin/env python3
"""Prints the page at a URL, with Python's requests."""
import sys

import requests

with requests.Session() as session:
    response = session.get(sys.argv[1], timeout=8)
    sys.stdout.buffer.write(response.content)

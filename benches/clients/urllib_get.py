#!/usr/bin/env python3
"""Prints the page at a URL, with Python's urllib, its cookie jar and its password manager."""
import http.cookiejar
import sys
import urllib.error
import urllib.request

opener = urllib.request.build_opener(
    urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
try:
    response = opener.open(sys.argv[1], timeout=8)
except urllib.error.HTTPError as error:
    response = error
sys.stdout.buffer.write(response.read())

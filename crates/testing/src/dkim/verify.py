"""Whether the signature of an e-mail (standard input) is valid; the record of its key is the argument."""

import sys

import dkim

record = sys.argv[1].encode()
valid = dkim.verify(sys.stdin.buffer.read(), dnsfunc=lambda name, timeout=5: record)
sys.exit(0 if valid else 1)

"""Carries out SQL on a SQLite file with a SQLite that knows all that the program's tables use (Debian 12's own
tool is too old): sqlite.py FILE SQL. Prints the rows of the answer, columns parted by |."""
import sys

import apsw

connection = apsw.Connection(sys.argv[1])
connection.set_busy_timeout(60_000)
connection.pragma("foreign_keys", True)
connection.create_scalar_function("readfile", lambda path: open(path, "rb").read())
for row in connection.execute(sys.argv[2]):
    print(*("" if value is None else value for value in row), sep="|")

"""`python -m aws PORT` in the folder tests: the test AWS until it is interrupted.

Its repositories have addresses on that port: docker on this machine can push to them.
"""

import sys
import threading

from aws.server import serve

if __name__ == "__main__":
    with serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as aws:
        aws.registry = aws.endpoint.removeprefix("http://")
        for name, value in aws.environment.items():
            print(f"export {name}={value}")
        sys.stdout.flush()
        threading.Event().wait()

#!/usr/bin/env python3
"""A small HTTP server: numbered log lines, a crash on demand, an orderly end on SIGINT and SIGTERM. Standard library only."""

import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import parse_qs, urlsplit

instance = os.environ.get("PHAROS_INSTANCE_INDEX", os.environ.get("NODE_APP_INSTANCE", "0"))
numbers = count(1)
leaked = []


def log(level, message, **fields):
    """One JSON object a line, in a single write: a pipe or a file gets it whole."""
    line = {"time": time.time(), "level": level, "line": next(numbers), "msg": message, **fields}
    os.write(2 if level == "error" else 1, (json.dumps(line) + "\n").encode())


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/crash":
            log("error", "told to crash")
            os._exit(int(query.get("code", 1)))
        elif url.path == "/raise":
            raise RuntimeError("an error with a traceback")
        elif url.path == "/leak":
            leaked.append(bytearray(int(query.get("mb", 20)) << 20))
        elif url.path == "/slow":
            time.sleep(int(query.get("ms", 500)) / 1000)
        known = url.path in ("/", "/health", "/leak", "/slow")
        body = f"hello from python, pid {os.getpid()}, instance {instance}\n" if known else "/ /health /crash /raise /leak /slow\n"
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format, *args):
        log("info", (format % args).replace(chr(34), ""))


class Server(ThreadingHTTPServer):
    daemon_threads = False  # server_close() waits for the requests under way

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client that goes away is no news
            super().handle_error(request, client_address)  # the traceback, to standard error


def main():
    port = int(os.environ.get("PORT", 8080))
    try:
        server = Server(("127.0.0.1", port), Handler)
    except OSError as error:
        log("error", f"cannot listen on port {port}: {error.strerror}")
        return 1
    Handler.timeout = 2  # an idle keep-alive connection does not hold up the end for longer

    def stop(number, _frame):
        log("info", f"got {signal.Signals(number).name}, stopping")
        threading.Thread(target=server.shutdown).start()  # not from the thread that serves: it would wait for itself

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log("info", f"listening on 127.0.0.1:{port}", pid=os.getpid(), instance=instance)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    log("info", "stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())

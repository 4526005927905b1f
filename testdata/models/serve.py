"""Serve a GGUF file through llama.cpp's own HTTP server, as packaged in the xllamacpp wheel.

Used by the tests in tests/llama and by the guide docs/llama.md:
    python testdata/models/serve.py --model testdata/models/toy-enko-q8_0.gguf --port 28480
Prints `listening http://...` once it answers, and ends on SIGTERM or Ctrl-C.
"""
import argparse
import signal
import sys

import xllamacpp


def parameters(options):
    p = xllamacpp.CommonParams()
    p.model.path = options.model
    p.hostnames = ["127.0.0.1"]
    p.port = options.port
    p.model_alias = {options.alias}
    p.n_ctx = options.context
    p.n_parallel = options.slots
    p.cpuparams.n_threads = p.cpuparams_batch.n_threads = options.threads
    p.endpoint_metrics = True
    if options.api_key:
        p.api_keys = [options.api_key]
    return p


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="GGUF file")
    parser.add_argument("--port", type=int, default=28480)
    parser.add_argument("--alias", default="toy-llama", help="name under which it answers")
    parser.add_argument("--context", type=int, default=1024, help="tokens, shared by all slots")
    parser.add_argument("--slots", type=int, default=4, help="questions answered at once")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--api-key", default="", help="refuse requests without this key")
    parser.add_argument("--end-with-input", action="store_true", help="end when standard input closes")
    options = parser.parse_args()
    server = xllamacpp.Server(parameters(options))
    print("listening", server.listening_address, flush=True)
    if options.end_with_input:
        sys.stdin.read()
    else:
        signal.sigwait([signal.SIGINT, signal.SIGTERM])


if __name__ == "__main__":
    main()

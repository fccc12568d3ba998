"""Stands in for the worker: to who connects to it, it says the id of its process."""

import json
import os
import platform
import socket
import threading


class StageWorker:
    def __init__(self, config):
        self._config = json.loads(config)
        if self._config["allow"] == ["bafyrefused"]:
            raise ValueError("Invalid configuration: this worker refuses it")
        self._server = socket.create_server((self._config["host"], self._config["port"]))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            connection, _ = self._server.accept()
            with connection:
                connection.sendall(str(os.getpid()).encode())

    def endpoint(self):
        return f"grpc://{self._config['host']}:{self._config['port']}"

    def health(self):
        return json.dumps({"python": platform.python_version(), "pid": os.getpid(), "actor": self._config["name"]})

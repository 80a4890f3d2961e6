# An instrument whose messages python-vxi11 packs and unpacks, with the RPC server that is in that package. Prints the port of the
# core channel.
import threading
import time

from vxi11 import rpc, vxi11

SAMPLES = bytes(index * 7 % 253 for index in range(1 << 20))


def checksum(data):
    total = 0xCBF29CE484222325
    for byte in data:
        total = (total ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return total


SUM = checksum(SAMPLES)


class Channel(rpc.TCPServer):
    def __init__(self, program):
        rpc.TCPServer.__init__(self, "127.0.0.1", program, 1, 0)
        self.sock.listen(5)
        threading.Thread(target=self.loop, daemon=True).start()

    def addpackers(self):
        self.packer, self.unpacker = vxi11.Packer(), vxi11.Unpacker(b"")

    def answer(self, pack, results):
        self.turn_around()
        pack(results)


class Interrupts(rpc.RawTCPClient):
    def __init__(self, port):
        self.packer = vxi11.Packer()
        rpc.RawTCPClient.__init__(self, "127.0.0.1", vxi11.DEVICE_INTR_PROG, vxi11.DEVICE_INTR_VERS, port)

    # It has no reply.
    def ring(self, handle):
        self.start_call(vxi11.DEVICE_INTR_SRQ)
        self.packer.pack_device_srq_parms(handle)
        rpc.sendrecord(self.sock, self.packer.get_buf())


class Abort(Channel):
    def handle_1(self):
        link = self.unpacker.unpack_device_link()
        aborted.set()
        self.answer(self.packer.pack_device_error, 0 if link == 7 else 4)


class Core(Channel):
    def handle_10(self):
        _, _, _, self.device = self.unpacker.unpack_create_link_parms()
        self.input, self.output, self.ready, self.srq_handle = b"", b"", 0, None
        self.answer(self.packer.pack_create_link_resp, (0, 7, abort.port, 1024))

    def handle_11(self):
        link, _, _, flags, data = self.unpacker.unpack_device_write_parms()
        error = 0 if link == 7 and len(data) <= 1024 else 5
        self.input += data
        if flags & vxi11.OP_FLAG_END:
            for command in self.input.strip().split(b";"):
                self.carry_out(command.decode())
            self.input = b""
        self.answer(self.packer.pack_device_write_resp, (error, len(data)))

    def carry_out(self, command):
        word, _, argument = command.partition(" ")
        if word == "*IDN?":
            self.output += b"python-vxi11," + self.device + b"\n"
        elif word == "LENGTH?":
            self.output += b"%d\n" % len(argument)
        elif word == "WAV:DATA?":
            self.output += b"#71048576" + SAMPLES + b"\n"
        elif word == "WAV:SUM?":
            self.output += b"%d\n" % SUM
        elif word == "WAIT":
            self.ready = time.time() + float(argument)
            if self.srq_handle:
                threading.Timer(float(argument), self.interrupts.ring, [self.srq_handle]).start()

    # In pieces that are smaller than those it is asked for, as if the server were full.
    def handle_12(self):
        _, size, io_timeout, _, _, _ = self.unpacker.unpack_device_read_parms()
        wait = max(0, self.ready - time.time())
        aborted.clear()
        if aborted.wait(min(wait, io_timeout / 1000)):
            return self.answer(self.packer.pack_device_read_resp, (23, 0, b""))
        if wait > io_timeout / 1000:
            return self.answer(self.packer.pack_device_read_resp, (15, 0, b""))
        data, self.output = self.output[: min(size, 100000)], self.output[min(size, 100000) :]
        reason = 0 if self.output else vxi11.RX_END
        self.answer(self.packer.pack_device_read_resp, (0, reason, data))

    def handle_13(self):
        self.unpacker.unpack_device_generic_parms()
        self.answer(self.packer.pack_device_read_stb_resp, (0, 0x50))

    def handle_15(self):
        self.unpacker.unpack_device_generic_parms()
        self.output, self.ready = b"", 0
        self.answer(self.packer.pack_device_error, 0)

    def handle_20(self):
        _, enable, handle = self.unpacker.unpack_device_enable_srq_parms()
        self.srq_handle = handle if enable else None
        self.answer(self.packer.pack_device_error, 0)

    def handle_23(self):
        link = self.unpacker.unpack_device_link()
        self.answer(self.packer.pack_device_error, 0 if link == 7 else 4)

    def handle_25(self):
        address, port, program, version, family = self.unpacker.unpack_device_remote_func_parms()
        self.interrupts = Interrupts(port)
        expected = (0x7F000001, vxi11.DEVICE_INTR_PROG, 1, 0)
        self.answer(self.packer.pack_device_error, 0 if (address, program, version, family) == expected else 5)


aborted = threading.Event()
abort = Abort(vxi11.DEVICE_ASYNC_PROG)
core = Core(vxi11.DEVICE_CORE_PROG)
print("tcp", core.port, flush=True)
print(flush=True)
threading.Event().wait()

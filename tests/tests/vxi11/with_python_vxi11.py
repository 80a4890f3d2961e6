# Uses an instrument with python-vxi11, and prints what comes of it.
import threading
import time

import vxi11


def attempt(what, act):
    try:
        print(what, act())
    except vxi11.vxi11.Vxi11Exception as error:
        print(what, "error", error.err)


first = vxi11.Instrument("127.0.0.1")
print(first.ask("*IDN?"))

first.write("WAV:DATA?")
block = first.read_raw()
total = 0xCBF29CE484222325
for byte in block[9:-1]:
    total = (total ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
print("waveform", block[:9].decode(), len(block), total == int(first.ask("WAV:SUM?")))
# A message of many pieces, with a hundred answers.
print("long", first.ask(";".join(["*OPC?"] * 100) + " " * 200000) == ";".join(["1"] * 100))

first.trigger()
print("triggers", first.ask("TRIG:COUN?"))
first.remote()
print("remote", first.ask("SYST:REM?"))
first.local()
first.write("*SRE 16;*OPC?")
print("status", first.read_stb(), first.read_stb(), first.read(), first.read_stb())

second = vxi11.Instrument("TCPIP::127.0.0.1::inst0::INSTR")
first.lock()
attempt("while locked", lambda: second.ask("*OPC?"))
attempt("no lock", second.unlock)
first.unlock()
attempt("unlocked", lambda: second.ask("*OPC?"))

first.timeout = 0.2
first.write("WAIT 60;*IDN?")
attempt("timeout", first.read)
first.clear()
print("cleared", first.ask("*OPC?"))

first.timeout = 60
first.write("WAIT 120;*IDN?")
done = threading.Event()


def abort():
    # One that comes before the read ends nothing.
    while not done.wait(0.1):
        first.abort()


thread = threading.Thread(target=abort)
thread.start()
attempt("abort", first.read)
done.set()
thread.join()
first.clear()

attempt("no device", vxi11.Instrument("127.0.0.1", "inst7").open)
attempt("no gateway", lambda: vxi11.InterfaceDevice("127.0.0.1", "inst0").send_ifc())

# It has no service requests of its own, but what is needed for them.
def serve_interrupts():
    class Server(vxi11.rpc.TCPServer):
        def handle_30(self):
            handles.append(self.unpacker.unpack_opaque())
            rung.set()
            self.turn_around()

    server = Server("127.0.0.1", vxi11.vxi11.DEVICE_INTR_PROG, vxi11.vxi11.DEVICE_INTR_VERS, 0)
    thread = threading.Thread(target=server.loop, daemon=True)
    server.sock.listen(0)
    thread.start()
    return server.port


handles, rung = [], threading.Event()
port = serve_interrupts()
core = first.client
print("channel", core.create_intr_chan(0x7F000001, port, vxi11.vxi11.DEVICE_INTR_PROG, 1, 0))
print("enabled", core.device_enable_srq(first.link, True, b"a handle"))
first.write("*SRE 16;WAIT 0.1;*OPC?")
print("service request", rung.wait(60), handles, first.read_stb(), first.read())
print("channel", core.destroy_intr_chan(), core.destroy_intr_chan())
second.close()
first.close()

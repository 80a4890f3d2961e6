# Calls each procedure of VXI-11 with PyVISA-py, at the ports given, and prints what comes back.
import sys

from pyvisa_py.protocols import rpc, vxi11


def connect(program, port):
    # Its constructor would ask rpcbind for the port.
    client = vxi11.CoreClient.__new__(vxi11.CoreClient)
    client.packer = vxi11.Vxi11Packer()
    client.unpacker = vxi11.Vxi11Unpacker(b"")
    rpc.RawTCPClient.__init__(client, "127.0.0.1", program, 1, port)
    return client


port = int(sys.argv[1])
core = connect(vxi11.DEVICE_CORE_PROG, port)
generic = (0x11223344, 0x81, 40000, 50000)
print(core.create_link(0x01020304, True, 70000, "gpib0,5"))
print(core.device_write(0x11223344, 60000, 70000, 8, b"*IDN?\n"))
print(core.device_read(0x11223344, 90000, 60000, 70000, 0x80, 200))
print(core.device_read_stb(*generic))
print(core.device_trigger(*generic))
print(core.device_clear(*generic))
print(core.device_remote(*generic))
print(core.device_local(*generic))
print(core.device_lock(0x11223344, 1, 80000))
print(core.device_unlock(0x11223344))
print(core.device_enable_srq(0x11223344, True, b"handle"))
print(core.device_docmd(0x11223344, 1, 60000, 70000, 0x20000, True, 2, b"\x01\x02"))
print(core.destroy_link(0x11223344))
# Its create_intr_chan packs the arguments of another procedure.
channel = (0x7F000001, 40000, 0x0607B1, 1, 1)
pack, unpack = core.packer.pack_device_remote_func_parms, core.unpacker.unpack_device_error
print(core.make_call(vxi11.CREATE_INTR_CHAN, channel, pack, unpack))
print(core.destroy_intr_chan())

abort = connect(vxi11.DEVICE_ASYNC_PROG, port)
pack, unpack = abort.packer.pack_device_link, abort.unpacker.unpack_device_error
print(abort.make_call(vxi11.DEVICE_ABORT, 0x11223344, pack, unpack))

interrupt = connect(vxi11.DEVICE_INTR_PROG, port)
print(interrupt.make_call(vxi11.DEVICE_INTR_SRQ, b"handle", interrupt.packer.pack_opaque, None))

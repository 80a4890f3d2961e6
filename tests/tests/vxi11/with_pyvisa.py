# Uses an instrument with PyVISA and its backend in Python, and prints what comes of it.
import pyvisa
from pyvisa import constants

manager = pyvisa.ResourceManager("@py")
scope = manager.open_resource("TCPIP::127.0.0.1::inst0::INSTR", read_termination="\n", write_termination="\n")
print(scope.query("*IDN?"))
scope.timeout = 60000
data = scope.query_binary_values("WAV:DATA?", datatype="B", container=bytes, chunk_size=100000)
print("waveform", len(data), data[:3])
scope.assert_trigger()
print("triggers", scope.query("TRIG:COUN?"))
scope.write("*SRE 16;*OPC?")
print("status", scope.read_stb(), scope.read())
scope.timeout = 200
scope.write("WAIT 60;*IDN?")
try:
    print(scope.read())
except pyvisa.errors.VisaIOError as error:
    print("timeout", error.error_code == constants.StatusCode.error_timeout)
scope.clear()
scope.lock_excl()
print("locked", scope.query("*OPC?"))
scope.unlock()
scope.close()

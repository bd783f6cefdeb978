"""Opens a driver by its alias, sends it a message three times, closes it.

Run: OPENDRIVER_CONFIG=system.ini LD_LIBRARY_PATH=target/release python3 examples/hosts/open_send_close.py counter
"""

import ctypes
import sys

name = {"darwin": "libopendriver.dylib", "win32": "opendriver.dll"}.get(sys.platform, "libopendriver.so")
library = ctypes.CDLL(name)
library.opendriver_open.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ssize_t]
library.opendriver_open.restype = ctypes.c_void_p
library.opendriver_send.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_ssize_t, ctypes.c_ssize_t]
library.opendriver_send.restype = ctypes.c_ssize_t
library.opendriver_close.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_ssize_t, ctypes.c_void_p]

alias = sys.argv[1] if len(sys.argv) > 1 else "counter"
driver = library.opendriver_open(None, alias.encode(), None, 0)
if not driver:
    text = ctypes.create_string_buffer(1000)
    library.opendriver_last_error_text(text, ctypes.c_size_t(len(text)))
    sys.exit("OpenDriver: " + text.value.decode())
for _ in range(3):
    print("the driver answered", library.opendriver_send(None, driver, 0x4000, 0, 0))
library.opendriver_close(None, driver, 0, 0, None)

/* mmsystem.h: as much of it as an installable driver or its host needs, for sources that include it by this name. */
#if defined(_WIN32)

#if defined(__GNUC__)
#pragma GCC system_header
#include <windows.h>
#include_next <mmsystem.h>
#else
#error "Windows has a mmsystem.h of its own: take the directory of this file off the include path"
#endif

#elif !defined(OPENDRIVER_MMSYSTEM_H)
#define OPENDRIVER_MMSYSTEM_H

#include "windows.h"

#include "../opendriver.h"

typedef UINT MMRESULT;
typedef UINT MMVERSION;

#define MMSYSERR_NOERROR 0
#define MMSYSERR_ERROR 1
#define MMSYSERR_BADDEVICEID 2
#define MMSYSERR_NOTENABLED 3
#define MMSYSERR_ALLOCATED 4
#define MMSYSERR_INVALHANDLE 5
#define MMSYSERR_NODRIVER 6
#define MMSYSERR_NOMEM 7
#define MMSYSERR_NOTSUPPORTED 8
#define MMSYSERR_BADERRNUM 9
#define MMSYSERR_INVALFLAG 10
#define MMSYSERR_INVALPARAM 11

/* A four-character code, the first character in the lowest byte. */
#define mmioFOURCC(c0, c1, c2, c3)                                                                                     \
    ((FOURCC)(BYTE)(c0) | ((FOURCC)(BYTE)(c1) << 8) | ((FOURCC)(BYTE)(c2) << 16) | ((FOURCC)(BYTE)(c3) << 24))

#endif

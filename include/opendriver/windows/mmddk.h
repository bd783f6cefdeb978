/* mmddk.h: as much of it as an installable driver needs, for sources that include it by this name. */
#if defined(_WIN32)

#if defined(__GNUC__)
#pragma GCC system_header
#include <windows.h>
#include <mmsystem.h>
#include_next <mmddk.h>
#else
#error "The DDK has a mmddk.h of its own: take the directory of this file off the include path"
#endif

#elif !defined(OPENDRIVER_MMDDK_H)
#define OPENDRIVER_MMDDK_H

#include "mmsystem.h"

/* Messages to the second entry of wave and MIDI drivers: wodMessage, widMessage, modMessage, midMessage, of the type
 * opendriver_message_function. It is no installable-driver entry; hosts look it up with opendriver_symbol. */
#define DRVM_INIT 100
#define DRVM_EXIT 101
#define DRVM_DISABLE 102
#define DRVM_ENABLE 103
#define DRVM_INIT_EX 104
#define DRVM_MAPPER 0x2000
#define DRVM_USER 0x4000

/* To wodMessage. param1 and param2 of GETDEVCAPS are a WAVEOUTCAPSW and its size, of OPEN a WAVEOPENDESC and CALLBACK_*,
 * of PREPARE, UNPREPARE and WRITE a WAVEHDR and its size. */
#define WODM_INIT DRVM_INIT
#define WODM_GETNUMDEVS 3
#define WODM_GETDEVCAPS 4
#define WODM_OPEN 5
#define WODM_CLOSE 6
#define WODM_PREPARE 7
#define WODM_UNPREPARE 8
#define WODM_WRITE 9
#define WODM_PAUSE 10
#define WODM_RESTART 11
#define WODM_RESET 12
#define WODM_GETPOS 13
#define WODM_GETPITCH 14
#define WODM_SETPITCH 15
#define WODM_GETVOLUME 16
#define WODM_SETVOLUME 17
#define WODM_GETPLAYBACKRATE 18
#define WODM_SETPLAYBACKRATE 19
#define WODM_BREAKLOOP 20

/* To widMessage. */
#define WIDM_INIT DRVM_INIT
#define WIDM_GETNUMDEVS 50
#define WIDM_GETDEVCAPS 51
#define WIDM_OPEN 52
#define WIDM_CLOSE 53
#define WIDM_PREPARE 54
#define WIDM_UNPREPARE 55
#define WIDM_ADDBUFFER 56
#define WIDM_START 57
#define WIDM_STOP 58
#define WIDM_RESET 59
#define WIDM_GETPOS 60

/* To modMessage. param1 and param2 of GETDEVCAPS are a MIDIOUTCAPSW and its size, of OPEN a MIDIOPENDESC and CALLBACK_*,
 * of PREPARE, UNPREPARE and LONGDATA a MIDIHDR and its size; param1 of DATA is a short message, the status lowest. */
#define MODM_INIT DRVM_INIT
#define MODM_GETNUMDEVS 1
#define MODM_GETDEVCAPS 2
#define MODM_OPEN 3
#define MODM_CLOSE 4
#define MODM_PREPARE 5
#define MODM_UNPREPARE 6
#define MODM_DATA 7
#define MODM_LONGDATA 8
#define MODM_RESET 9
#define MODM_GETVOLUME 10
#define MODM_SETVOLUME 11
#define MODM_CACHEPATCHES 12
#define MODM_CACHEDRUMPATCHES 13

/* To midMessage. */
#define MIDM_INIT DRVM_INIT
#define MIDM_GETNUMDEVS 53
#define MIDM_GETDEVCAPS 54
#define MIDM_OPEN 55
#define MIDM_CLOSE 56
#define MIDM_PREPARE 57
#define MIDM_UNPREPARE 58
#define MIDM_ADDBUFFER 59
#define MIDM_START 60
#define MIDM_STOP 61
#define MIDM_RESET 62

/* Packed to one byte, as on Windows. Offsets are given as 32-bit / 64-bit. */
#pragma pack(push, 1)

/* param1 of WODM_OPEN and WIDM_OPEN: who opens, what in, and how that client is told. */
typedef struct waveopendesc_tag {
    HWAVE hWave;            /*  0 /  0: what DriverCallback gets as device */
    LPWAVEFORMAT lpFormat;  /*  4 /  8 */
    DWORD_PTR dwCallback;   /*  8 / 16: its target */
    DWORD_PTR dwInstance;   /* 12 / 24: its user value */
    UINT uMappedDeviceID;   /* 16 / 32 */
    DWORD_PTR dnDevNode;    /* 20 / 36 */
} WAVEOPENDESC, *LPWAVEOPENDESC;

typedef struct midiopenstrmid_tag {
    DWORD dwStreamID; /* 0 */
    UINT uDeviceID;   /* 4 */
} MIDIOPENSTRMID;

/* param1 of MODM_OPEN and MIDM_OPEN: who opens, and how that client is told. */
typedef struct midiopendesc_tag {
    HMIDI hMidi;             /*  0 /  0: what DriverCallback gets as device */
    DWORD_PTR dwCallback;    /*  4 /  8: its target */
    DWORD_PTR dwInstance;    /*  8 / 16: its user value */
    DWORD_PTR dnDevNode;     /* 12 / 24 */
    DWORD cIds;              /* 16 / 32: how many follow, for streams */
    MIDIOPENSTRMID rgIds[1]; /* 20 / 36 */
} MIDIOPENDESC, *LPMIDIOPENDESC;

#pragma pack(pop)

#endif

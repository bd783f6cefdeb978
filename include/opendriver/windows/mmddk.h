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

/* Messages to the second entry of wave, MIDI, mixer and aux drivers, such as modMessage. */
#define DRVM_INIT 100
#define DRVM_EXIT 101
#define DRVM_DISABLE 102
#define DRVM_ENABLE 103
#define DRVM_INIT_EX 104
#define DRVM_MAPPER 0x2000
#define DRVM_USER 0x4000

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

#endif

/* opendriver/constants.h: message numbers and other constants, with the values that they have on Windows.
 *
 * Each is defined unless another header has defined it already.
 */
#ifndef OPENDRIVER_CONSTANTS_H
#define OPENDRIVER_CONSTANTS_H

#include "types.h"

/* DRV_MESSAGE_LIST: other lists of the message names carry this marker too. Keep them alike. */

/* Messages that the manager sends by itself. */
#ifndef DRV_LOAD
#define DRV_LOAD 0x0001
#endif
#ifndef DRV_ENABLE
#define DRV_ENABLE 0x0002
#endif
#ifndef DRV_OPEN
#define DRV_OPEN 0x0003
#endif
#ifndef DRV_CLOSE
#define DRV_CLOSE 0x0004
#endif
#ifndef DRV_DISABLE
#define DRV_DISABLE 0x0005
#endif
#ifndef DRV_FREE
#define DRV_FREE 0x0006
#endif

/* Messages that others send to an open driver. */
#ifndef DRV_CONFIGURE
#define DRV_CONFIGURE 0x0007
#endif
#ifndef DRV_QUERYCONFIGURE
#define DRV_QUERYCONFIGURE 0x0008
#endif
#ifndef DRV_INSTALL
#define DRV_INSTALL 0x0009
#endif
#ifndef DRV_REMOVE
#define DRV_REMOVE 0x000A
#endif
#ifndef DRV_EXITSESSION
#define DRV_EXITSESSION 0x000B
#endif
#ifndef DRV_EXITAPPLICATION
#define DRV_EXITAPPLICATION 0x000C
#endif
#ifndef DRV_POWER
#define DRV_POWER 0x000F
#endif

/* Ranges: the system's driver classes, and from DRV_USER up the driver's own. */
#ifndef DRV_RESERVED
#define DRV_RESERVED 0x0800
#endif
#ifndef DRV_MCI_FIRST
#define DRV_MCI_FIRST DRV_RESERVED
#endif
#ifndef DRV_MCI_LAST
#define DRV_MCI_LAST (DRV_RESERVED + 0xFFF)
#endif
#ifndef DRV_USER
#define DRV_USER 0x4000
#endif

/* Queries of the reserved range. The class of the driver decides what these numbers mean to it. */
#ifndef DRV_QUERYDRVENTRY
#define DRV_QUERYDRVENTRY (DRV_RESERVED + 1)
#endif
#ifndef DRV_QUERYDEVNODE
#define DRV_QUERYDEVNODE (DRV_RESERVED + 2)
#endif
#ifndef DRV_QUERYNAME
#define DRV_QUERYNAME (DRV_RESERVED + 3)
#endif
#ifndef DRV_QUERYDRIVERIDS
#define DRV_QUERYDRIVERIDS (DRV_RESERVED + 4)
#endif
#ifndef DRV_QUERYMAPPABLE
#define DRV_QUERYMAPPABLE (DRV_RESERVED + 5)
#endif
#ifndef DRV_QUERYMODULE
#define DRV_QUERYMODULE (DRV_RESERVED + 9)
#endif
#ifndef DRV_PNPINSTALL
#define DRV_PNPINSTALL (DRV_RESERVED + 11)
#endif
#ifndef DRV_QUERYDEVICEINTERFACE
#define DRV_QUERYDEVICEINTERFACE (DRV_RESERVED + 12)
#endif
#ifndef DRV_QUERYDEVICEINTERFACESIZE
#define DRV_QUERYDEVICEINTERFACESIZE (DRV_RESERVED + 13)
#endif
#ifndef DRV_QUERYSTRINGID
#define DRV_QUERYSTRINGID (DRV_RESERVED + 14)
#endif
#ifndef DRV_QUERYSTRINGIDSIZE
#define DRV_QUERYSTRINGIDSIZE (DRV_RESERVED + 15)
#endif
#ifndef DRV_QUERYIDFROMSTRINGID
#define DRV_QUERYIDFROMSTRINGID (DRV_RESERVED + 16)
#endif
#ifndef DRV_QUERYFUNCTIONINSTANCEID
#define DRV_QUERYFUNCTIONINSTANCEID (DRV_RESERVED + 17)
#endif
#ifndef DRV_QUERYFUNCTIONINSTANCEIDSIZE
#define DRV_QUERYFUNCTIONINSTANCEIDSIZE (DRV_RESERVED + 18)
#endif

/* Answers to DRV_CONFIGURE, DRV_INSTALL and DRV_REMOVE, and their older names. */
#ifndef DRVCNF_CANCEL
#define DRVCNF_CANCEL 0x0000
#endif
#ifndef DRVCNF_OK
#define DRVCNF_OK 0x0001
#endif
#ifndef DRVCNF_RESTART
#define DRVCNF_RESTART 0x0002
#endif
#ifndef DRV_CANCEL
#define DRV_CANCEL DRVCNF_CANCEL
#endif
#ifndef DRV_OK
#define DRV_OK DRVCNF_OK
#endif
#ifndef DRV_RESTART
#define DRV_RESTART DRVCNF_RESTART
#endif
#ifndef DRV_SUCCESS
#define DRV_SUCCESS 1
#endif
#ifndef DRV_FAILURE
#define DRV_FAILURE 0
#endif

/* lParam1 of DRV_EXITAPPLICATION. */
#ifndef DRVEA_NORMALEXIT
#define DRVEA_NORMALEXIT 1
#endif
#ifndef DRVEA_ABNORMALEXIT
#define DRVEA_ABNORMALEXIT 2
#endif

/* Power codes: of the window message WM_POWER, but drivers are found to expect them in lParam1 of DRV_POWER. */
#ifndef PWR_SUSPENDREQUEST
#define PWR_SUSPENDREQUEST 1
#endif
#ifndef PWR_SUSPENDRESUME
#define PWR_SUSPENDRESUME 2
#endif
#ifndef PWR_CRITICALRESUME
#define PWR_CRITICALRESUME 3
#endif
#ifndef PWR_OK
#define PWR_OK 1
#endif
#ifndef PWR_FAIL
#define PWR_FAIL (-1)
#endif

/* Flags of DriverCallback: what the target is. */
#ifndef DCB_NULL
#define DCB_NULL 0x0000
#endif
#ifndef DCB_WINDOW
#define DCB_WINDOW 0x0001
#endif
#ifndef DCB_TASK
#define DCB_TASK 0x0002
#endif
#ifndef DCB_FUNCTION
#define DCB_FUNCTION 0x0003
#endif
#ifndef DCB_EVENT
#define DCB_EVENT 0x0005
#endif
#ifndef DCB_TYPEMASK
#define DCB_TYPEMASK 0x0007
#endif
#ifndef DCB_NOSWITCH
#define DCB_NOSWITCH 0x0008
#endif

/* Flags with which a client opens a device: the same, shifted left by 16. */
#ifndef CALLBACK_TYPEMASK
#define CALLBACK_TYPEMASK 0x00070000
#endif
#ifndef CALLBACK_NULL
#define CALLBACK_NULL 0x00000000
#endif
#ifndef CALLBACK_WINDOW
#define CALLBACK_WINDOW 0x00010000
#endif
#ifndef CALLBACK_TASK
#define CALLBACK_TASK 0x00020000
#endif
#ifndef CALLBACK_THREAD
#define CALLBACK_THREAD CALLBACK_TASK
#endif
#ifndef CALLBACK_FUNCTION
#define CALLBACK_FUNCTION 0x00030000
#endif
#ifndef CALLBACK_EVENT
#define CALLBACK_EVENT 0x00050000
#endif

/* GetDriverFlags: the driver is open. */
#ifndef DRIVER_FLAGS_OPEN
#define DRIVER_FLAGS_OPEN 0x80000000
#endif

/* GetNextDriver: the direction, and whether only the first instance of each module counts. */
#ifndef GND_FORWARD
#define GND_FORWARD 0x00000000
#endif
#ifndef GND_FIRSTINSTANCEONLY
#define GND_FIRSTINSTANCEONLY 0x00000001
#endif
#ifndef GND_REVERSE
#define GND_REVERSE 0x00000002
#endif

/* MCI_OPEN_DRIVER_PARMS: no table of commands of its own, and the kinds of devices. */
#ifndef MCI_NO_COMMAND_TABLE
#define MCI_NO_COMMAND_TABLE 0xFFFFFFFF
#endif
#ifndef MCI_DEVTYPE_VCR
#define MCI_DEVTYPE_VCR 513
#endif
#ifndef MCI_DEVTYPE_VIDEODISC
#define MCI_DEVTYPE_VIDEODISC 514
#endif
#ifndef MCI_DEVTYPE_OVERLAY
#define MCI_DEVTYPE_OVERLAY 515
#endif
#ifndef MCI_DEVTYPE_CD_AUDIO
#define MCI_DEVTYPE_CD_AUDIO 516
#endif
#ifndef MCI_DEVTYPE_DAT
#define MCI_DEVTYPE_DAT 517
#endif
#ifndef MCI_DEVTYPE_SCANNER
#define MCI_DEVTYPE_SCANNER 518
#endif
#ifndef MCI_DEVTYPE_ANIMATION
#define MCI_DEVTYPE_ANIMATION 519
#endif
#ifndef MCI_DEVTYPE_DIGITAL_VIDEO
#define MCI_DEVTYPE_DIGITAL_VIDEO 520
#endif
#ifndef MCI_DEVTYPE_OTHER
#define MCI_DEVTYPE_OTHER 521
#endif
#ifndef MCI_DEVTYPE_WAVEFORM_AUDIO
#define MCI_DEVTYPE_WAVEFORM_AUDIO 522
#endif
#ifndef MCI_DEVTYPE_SEQUENCER
#define MCI_DEVTYPE_SEQUENCER 523
#endif
#ifndef MCI_DEVTYPE_FIRST_USER
#define MCI_DEVTYPE_FIRST_USER 0x1000
#endif

/* ICOPEN and ACMDRVOPENDESC: the class of the driver, the version, the purpose. */
#ifndef ICTYPE_VIDEO
#define ICTYPE_VIDEO 0x63646976
#endif
#ifndef ICTYPE_AUDIO
#define ICTYPE_AUDIO 0x63647561
#endif
#ifndef ICTYPE_VIDEO_CAPTURE
#define ICTYPE_VIDEO_CAPTURE 0x70616376
#endif
#ifndef ICVERSION
#define ICVERSION 0x0104
#endif
#ifndef ICMODE_COMPRESS
#define ICMODE_COMPRESS 1
#endif
#ifndef ICMODE_DECOMPRESS
#define ICMODE_DECOMPRESS 2
#endif
#ifndef ICMODE_FASTDECOMPRESS
#define ICMODE_FASTDECOMPRESS 3
#endif
#ifndef ICMODE_QUERY
#define ICMODE_QUERY 4
#endif
#ifndef ICMODE_FASTCOMPRESS
#define ICMODE_FASTCOMPRESS 5
#endif
#ifndef ICMODE_DRAW
#define ICMODE_DRAW 8
#endif

/* The optional number that a driver exports as opendriver_text, to say how it wants its text whatever the manager is set to:
 *
 *     OPENDRIVER_EXPORT extern const unsigned int opendriver_text;
 *     const unsigned int opendriver_text = OPENDRIVER_TEXT_UTF8;
 */
#define OPENDRIVER_TEXT_UTF16 1
#define OPENDRIVER_TEXT_ANSI 2
#define OPENDRIVER_TEXT_UTF8 3

#endif

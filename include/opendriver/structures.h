/* opendriver/structures.h: the structures whose addresses travel in message parameters.
 *
 * <mmsystem.h> and <mmddk.h> pack theirs to one byte, so on 64-bit machines the pointers inside are not aligned; ICOPEN of
 * <vfw.h> is aligned naturally. Offsets are given as 32-bit / 64-bit.
 */
#ifndef OPENDRIVER_STRUCTURES_H
#define OPENDRIVER_STRUCTURES_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma pack(push, 1)

#ifndef OPENDRIVER_HAS_MMSYSTEM

/* lParam2 of DRV_CONFIGURE and DRV_INSTALL: under which entry the driver is installed. Treat dwDCISize as a minimum. */
typedef struct tagDRVCONFIGINFO {
    DWORD dwDCISize;            /*  0 /  0: size of the structure, set by the sender */
    LPCWSTR lpszDCISectionName; /*  4 /  4: the section, or NULL */
    LPCWSTR lpszDCIAliasName;   /*  8 / 12: the alias, or NULL */
} DRVCONFIGINFO, *PDRVCONFIGINFO, *NPDRVCONFIGINFO, *LPDRVCONFIGINFO;

/* The same with the device node behind it. */
typedef struct DRVCONFIGINFOEX {
    DWORD dwDCISize;            /*  0 /  0 */
    LPCWSTR lpszDCISectionName; /*  4 /  4 */
    LPCWSTR lpszDCIAliasName;   /*  8 / 12 */
    DWORD dnDevNode;            /* 12 / 20: 0 if there is none */
} DRVCONFIGINFOEX, *PDRVCONFIGINFOEX, *NPDRVCONFIGINFOEX, *LPDRVCONFIGINFOEX;

#endif

#if !defined(_WIN32) && !defined(_INC_MMDDK) && !defined(__WINE_MMDDK_H)

/* lParam2 of DRV_OPEN for MCI drivers. */
typedef struct tagMCI_OPEN_DRIVER_PARMS {
    UINT wDeviceID;           /*  0 /  0: the device, from 1 */
    LPCWSTR lpstrParams;      /*  4 /  4: the parameters again, or NULL */
    UINT wCustomCommandTable; /*  8 / 12: out: the table of commands, or MCI_NO_COMMAND_TABLE */
    UINT wType;               /* 12 / 16: out: MCI_DEVTYPE_* */
} MCI_OPEN_DRIVER_PARMS, *PMCI_OPEN_DRIVER_PARMS, *LPMCI_OPEN_DRIVER_PARMS;

#endif

/* On Windows this stands in <msacmdrv.h>. */
#if !defined(_WIN32) && !defined(_INC_MSACMDRV) && !defined(__WINE_MSACMDRV_H)

/* lParam2 of DRV_OPEN for audio codecs. Treat cbStruct as a minimum. */
typedef struct tACMDRVOPENDESCA {
    DWORD cbStruct;        /*  0 /  0: size of the structure */
    DWORD fccType;         /*  4 /  4: ICTYPE_AUDIO */
    DWORD fccComp;         /*  8 /  8: 0 */
    DWORD dwVersion;       /* 12 / 12 */
    DWORD dwFlags;         /* 16 / 16 */
    DWORD dwError;         /* 20 / 20: out: why the driver refused */
    LPCSTR pszSectionName; /* 24 / 24 */
    LPCSTR pszAliasName;   /* 28 / 32 */
    DWORD dnDevNode;       /* 32 / 40 */
} ACMDRVOPENDESCA, *PACMDRVOPENDESCA, *LPACMDRVOPENDESCA;

typedef struct tACMDRVOPENDESCW {
    DWORD cbStruct;
    DWORD fccType;
    DWORD fccComp;
    DWORD dwVersion;
    DWORD dwFlags;
    DWORD dwError;
    LPCWSTR pszSectionName;
    LPCWSTR pszAliasName;
    DWORD dnDevNode;
} ACMDRVOPENDESCW, *PACMDRVOPENDESCW, *LPACMDRVOPENDESCW;

#endif

#pragma pack(pop)

/* On Windows this stands in <vfw.h>. */
#if !defined(_WIN32) && !defined(_INC_VFW) && !defined(__WINE_VFW_H)

/* lParam2 of DRV_OPEN for video codecs and capture drivers. Read dwSize before anything behind dwFlags. */
typedef struct opendriver_icopen {
    DWORD dwSize;       /*  0 /  0: size of the structure */
    DWORD fccType;      /*  4 /  4: ICTYPE_VIDEO or ICTYPE_VIDEO_CAPTURE */
    DWORD fccHandler;   /*  8 /  8: the codec */
    DWORD dwVersion;    /* 12 / 12: ICVERSION */
    DWORD dwFlags;      /* 16 / 16: ICMODE_*, or the channel of a capture driver */
    LRESULT dwError;    /* 20 / 24: out: why the driver refused */
    LPVOID pV1Reserved; /* 24 / 32 */
    LPVOID pV2Reserved; /* 28 / 40 */
    DWORD dnDevNode;    /* 32 / 48 */
} ICOPEN;

#endif

/* What GetDriverInfo fills in: the fields of Windows 3.1 in the width of the machine, aligned naturally. */
typedef struct tagDRIVERINFOSTRUCT {
    UINT length;           /*  0 /  0: set it to sizeof(DRIVERINFOSTRUCT) */
    HDRVR hDriver;         /*  4 /  8 */
    HINSTANCE hModule;     /*  8 / 16: as of GetDriverModuleHandle */
    CHAR szAliasName[128]; /* 12 / 24: alias, or file name of the driver, in the ANSI code page */
} DRIVERINFOSTRUCT, *PDRIVERINFOSTRUCT, *LPDRIVERINFOSTRUCT;

#ifdef __cplusplus
}
#endif

#endif

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

#ifdef __cplusplus
extern "C" {
#endif

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
#define MMSYSERR_HANDLEBUSY 12
#define MMSYSERR_INVALIDALIAS 13
#define MMSYSERR_NODRIVERCB 20

/* The length of the name of a device, with its zero. */
#define MAXPNAMELEN 32

/* Devices of clients. This library opens none: the handles are for the structures of mmddk.h. */
typedef struct HWAVE__ *HWAVE;
typedef struct HWAVEIN__ *HWAVEIN;
typedef struct HWAVEOUT__ *HWAVEOUT;
typedef struct HMIDI__ *HMIDI;
typedef struct HMIDIIN__ *HMIDIIN;
typedef struct HMIDIOUT__ *HMIDIOUT;

/* What wave and MIDI drivers tell their clients through DriverCallback. */
#define MM_WOM_OPEN 0x3BB
#define MM_WOM_CLOSE 0x3BC
#define MM_WOM_DONE 0x3BD
#define MM_WIM_OPEN 0x3BE
#define MM_WIM_CLOSE 0x3BF
#define MM_WIM_DATA 0x3C0
#define MM_MIM_OPEN 0x3C1
#define MM_MIM_CLOSE 0x3C2
#define MM_MIM_DATA 0x3C3
#define MM_MIM_LONGDATA 0x3C4
#define MM_MIM_ERROR 0x3C5
#define MM_MIM_LONGERROR 0x3C6
#define MM_MOM_OPEN 0x3C7
#define MM_MOM_CLOSE 0x3C8
#define MM_MOM_DONE 0x3C9
#define WOM_OPEN MM_WOM_OPEN
#define WOM_CLOSE MM_WOM_CLOSE
#define WOM_DONE MM_WOM_DONE
#define WIM_OPEN MM_WIM_OPEN
#define WIM_CLOSE MM_WIM_CLOSE
#define WIM_DATA MM_WIM_DATA
#define MIM_OPEN MM_MIM_OPEN
#define MIM_CLOSE MM_MIM_CLOSE
#define MIM_DATA MM_MIM_DATA
#define MIM_LONGDATA MM_MIM_LONGDATA
#define MIM_ERROR MM_MIM_ERROR
#define MIM_LONGERROR MM_MIM_LONGERROR
#define MOM_OPEN MM_MOM_OPEN
#define MOM_CLOSE MM_MOM_CLOSE
#define MOM_DONE MM_MOM_DONE

/* Packed to one byte, as on Windows. Offsets are given as 32-bit / 64-bit. */
#pragma pack(push, 1)

/* Wave: answers, formats, capabilities, and blocks of sound. */
#define WAVERR_BADFORMAT 32
#define WAVERR_STILLPLAYING 33
#define WAVERR_UNPREPARED 34
#define WAVERR_SYNC 35
#define WAVE_MAPPER ((UINT)-1)
#define WAVE_FORMAT_PCM 1
#define WAVECAPS_PITCH 0x0001
#define WAVECAPS_PLAYBACKRATE 0x0002
#define WAVECAPS_VOLUME 0x0004
#define WAVECAPS_LRVOLUME 0x0008
#define WAVECAPS_SYNC 0x0010
#define WAVECAPS_SAMPLEACCURATE 0x0020
#define WHDR_DONE 0x00000001
#define WHDR_PREPARED 0x00000002
#define WHDR_BEGINLOOP 0x00000004
#define WHDR_ENDLOOP 0x00000008
#define WHDR_INQUEUE 0x00000010

typedef struct waveformat_tag {
    WORD wFormatTag;       /*  0 */
    WORD nChannels;        /*  2 */
    DWORD nSamplesPerSec;  /*  4 */
    DWORD nAvgBytesPerSec; /*  8 */
    WORD nBlockAlign;      /* 12 */
} WAVEFORMAT, *PWAVEFORMAT, *LPWAVEFORMAT;

typedef struct pcmwaveformat_tag {
    WAVEFORMAT wf;       /*  0 */
    WORD wBitsPerSample; /* 14 */
} PCMWAVEFORMAT, *PPCMWAVEFORMAT, *LPPCMWAVEFORMAT;

typedef struct tWAVEFORMATEX {
    WORD wFormatTag;       /*  0 */
    WORD nChannels;        /*  2 */
    DWORD nSamplesPerSec;  /*  4 */
    DWORD nAvgBytesPerSec; /*  8 */
    WORD nBlockAlign;      /* 12 */
    WORD wBitsPerSample;   /* 14 */
    WORD cbSize;           /* 16: how many bytes follow */
} WAVEFORMATEX, *PWAVEFORMATEX, *LPWAVEFORMATEX;

typedef struct wavehdr_tag {
    LPSTR lpData;               /*  0 /  0 */
    DWORD dwBufferLength;       /*  4 /  8 */
    DWORD dwBytesRecorded;      /*  8 / 12 */
    DWORD_PTR dwUser;           /* 12 / 16: the client's */
    DWORD dwFlags;              /* 16 / 24: WHDR_* */
    DWORD dwLoops;              /* 20 / 28 */
    struct wavehdr_tag *lpNext; /* 24 / 32: the driver's */
    DWORD_PTR reserved;         /* 28 / 40: the driver's */
} WAVEHDR, *PWAVEHDR, *LPWAVEHDR;

typedef struct tagWAVEOUTCAPSA {
    WORD wMid;                 /*  0 */
    WORD wPid;                 /*  2 */
    MMVERSION vDriverVersion;  /*  4 */
    CHAR szPname[MAXPNAMELEN]; /*  8 */
    DWORD dwFormats;           /* 40 */
    WORD wChannels;            /* 44 */
    WORD wReserved1;           /* 46 */
    DWORD dwSupport;           /* 48: WAVECAPS_* */
} WAVEOUTCAPSA, *PWAVEOUTCAPSA, *LPWAVEOUTCAPSA;

typedef struct tagWAVEOUTCAPSW {
    WORD wMid;                  /*  0 */
    WORD wPid;                  /*  2 */
    MMVERSION vDriverVersion;   /*  4 */
    WCHAR szPname[MAXPNAMELEN]; /*  8 */
    DWORD dwFormats;            /* 72 */
    WORD wChannels;             /* 76 */
    WORD wReserved1;            /* 78 */
    DWORD dwSupport;            /* 80: WAVECAPS_* */
} WAVEOUTCAPSW, *PWAVEOUTCAPSW, *LPWAVEOUTCAPSW;

typedef struct tagWAVEINCAPSA {
    WORD wMid;                 /*  0 */
    WORD wPid;                 /*  2 */
    MMVERSION vDriverVersion;  /*  4 */
    CHAR szPname[MAXPNAMELEN]; /*  8 */
    DWORD dwFormats;           /* 40 */
    WORD wChannels;            /* 44 */
    WORD wReserved1;           /* 46 */
} WAVEINCAPSA, *PWAVEINCAPSA, *LPWAVEINCAPSA;

typedef struct tagWAVEINCAPSW {
    WORD wMid;                  /*  0 */
    WORD wPid;                  /*  2 */
    MMVERSION vDriverVersion;   /*  4 */
    WCHAR szPname[MAXPNAMELEN]; /*  8 */
    DWORD dwFormats;            /* 72 */
    WORD wChannels;             /* 76 */
    WORD wReserved1;            /* 78 */
} WAVEINCAPSW, *PWAVEINCAPSW, *LPWAVEINCAPSW;

/* MIDI: answers, capabilities, and long messages. */
#define MIDIERR_UNPREPARED 64
#define MIDIERR_STILLPLAYING 65
#define MIDIERR_NOMAP 66
#define MIDIERR_NOTREADY 67
#define MIDIERR_NODEVICE 68
#define MIDIERR_INVALIDSETUP 69
#define MIDIERR_BADOPENMODE 70
#define MIDIERR_DONT_CONTINUE 71
#define MIDI_MAPPER ((UINT)-1)
#define MOD_MIDIPORT 1
#define MOD_SYNTH 2
#define MOD_SQSYNTH 3
#define MOD_FMSYNTH 4
#define MOD_MAPPER 5
#define MOD_WAVETABLE 6
#define MOD_SWSYNTH 7
#define MIDICAPS_VOLUME 0x0001
#define MIDICAPS_LRVOLUME 0x0002
#define MIDICAPS_CACHE 0x0004
#define MIDICAPS_STREAM 0x0008
#define MHDR_DONE 0x00000001
#define MHDR_PREPARED 0x00000002
#define MHDR_INQUEUE 0x00000004
#define MHDR_ISSTRM 0x00000008

typedef struct midihdr_tag {
    LPSTR lpData;               /*  0 /  0 */
    DWORD dwBufferLength;       /*  4 /  8 */
    DWORD dwBytesRecorded;      /*  8 / 12 */
    DWORD_PTR dwUser;           /* 12 / 16: the client's */
    DWORD dwFlags;              /* 16 / 24: MHDR_* */
    struct midihdr_tag *lpNext; /* 20 / 28: the driver's */
    DWORD_PTR reserved;         /* 24 / 36: the driver's */
    DWORD dwOffset;             /* 28 / 44 */
    DWORD_PTR dwReserved[8];    /* 32 / 48 */
} MIDIHDR, *PMIDIHDR, *LPMIDIHDR;

typedef struct tagMIDIOUTCAPSA {
    WORD wMid;                 /*  0 */
    WORD wPid;                 /*  2 */
    MMVERSION vDriverVersion;  /*  4 */
    CHAR szPname[MAXPNAMELEN]; /*  8 */
    WORD wTechnology;          /* 40: MOD_* */
    WORD wVoices;              /* 42 */
    WORD wNotes;               /* 44 */
    WORD wChannelMask;         /* 46 */
    DWORD dwSupport;           /* 48: MIDICAPS_* */
} MIDIOUTCAPSA, *PMIDIOUTCAPSA, *LPMIDIOUTCAPSA;

typedef struct tagMIDIOUTCAPSW {
    WORD wMid;                  /*  0 */
    WORD wPid;                  /*  2 */
    MMVERSION vDriverVersion;   /*  4 */
    WCHAR szPname[MAXPNAMELEN]; /*  8 */
    WORD wTechnology;           /* 72: MOD_* */
    WORD wVoices;               /* 74 */
    WORD wNotes;                /* 76 */
    WORD wChannelMask;          /* 78 */
    DWORD dwSupport;            /* 80: MIDICAPS_* */
} MIDIOUTCAPSW, *PMIDIOUTCAPSW, *LPMIDIOUTCAPSW;

typedef struct tagMIDIINCAPSA {
    WORD wMid;                 /*  0 */
    WORD wPid;                 /*  2 */
    MMVERSION vDriverVersion;  /*  4 */
    CHAR szPname[MAXPNAMELEN]; /*  8 */
    DWORD dwSupport;           /* 40 */
} MIDIINCAPSA, *PMIDIINCAPSA, *LPMIDIINCAPSA;

typedef struct tagMIDIINCAPSW {
    WORD wMid;                  /*  0 */
    WORD wPid;                  /*  2 */
    MMVERSION vDriverVersion;   /*  4 */
    WCHAR szPname[MAXPNAMELEN]; /*  8 */
    DWORD dwSupport;            /* 72 */
} MIDIINCAPSW, *PMIDIINCAPSW, *LPMIDIINCAPSW;

#pragma pack(pop)

#ifdef UNICODE
typedef WAVEOUTCAPSW WAVEOUTCAPS;
typedef WAVEINCAPSW WAVEINCAPS;
typedef MIDIOUTCAPSW MIDIOUTCAPS;
typedef MIDIINCAPSW MIDIINCAPS;
#else
typedef WAVEOUTCAPSA WAVEOUTCAPS;
typedef WAVEINCAPSA WAVEINCAPS;
typedef MIDIOUTCAPSA MIDIOUTCAPS;
typedef MIDIINCAPSA MIDIINCAPS;
#endif
typedef WAVEOUTCAPS *LPWAVEOUTCAPS;
typedef WAVEINCAPS *LPWAVEINCAPS;
typedef MIDIOUTCAPS *LPMIDIOUTCAPS;
typedef MIDIINCAPS *LPMIDIINCAPS;

/* A four-character code, the first character in the lowest byte. */
#define mmioFOURCC(c0, c1, c2, c3)                                                                                     \
    ((FOURCC)(BYTE)(c0) | ((FOURCC)(BYTE)(c1) << 8) | ((FOURCC)(BYTE)(c2) << 16) | ((FOURCC)(BYTE)(c3) << 24))

#ifdef __cplusplus
}
#endif

#endif

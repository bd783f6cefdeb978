/* windows.h: as much of it as an installable driver needs, for sources that include it by this name.
 *
 * Put the directory of this file on the include path on systems that have no <windows.h>. Where there is one (mingw-w64),
 * that one is taken, and this directory may be on the path all the same.
 */
#if defined(_WIN32)

#if defined(__GNUC__)
#pragma GCC system_header
#include_next <windows.h>
#else
#error "Windows has a windows.h of its own: take the directory of this file off the include path"
#endif

#elif !defined(OPENDRIVER_WINDOWS_H)
#define OPENDRIVER_WINDOWS_H

#include <string.h>

#include "../types.h"

/* __declspec(dllexport), and dllimport, which does no harm. */
#if defined(__GNUC__) && !defined(__declspec)
#define __declspec(what) __attribute__((visibility("default")))
#endif

/* Conventions and sizes of pointers that mean nothing any more. */
#ifndef PASCAL
#define PASCAL
#endif
#ifndef FAR
#define FAR
#endif
#ifndef NEAR
#define NEAR
#endif
#ifndef CONST
#define CONST const
#endif
#ifndef VOID
#define VOID void
#endif

typedef int INT;
typedef short SHORT;
typedef unsigned short USHORT;
typedef unsigned char UCHAR;
typedef BYTE BOOLEAN;
typedef DWORD FOURCC;

typedef BYTE *PBYTE, *LPBYTE;
typedef WORD *PWORD, *LPWORD;
typedef DWORD *PDWORD, *LPDWORD;
typedef LONG *PLONG, *LPLONG;
typedef INT *PINT, *LPINT;
typedef UINT *PUINT;
typedef BOOL *PBOOL, *LPBOOL;
typedef void *PVOID;
typedef CHAR *PSTR;
typedef const CHAR *PCSTR;
typedef WCHAR *PWSTR;
typedef const WCHAR *PCWSTR;

/* Text that is UTF-16 or ANSI by a switch. TEXT("name") is u"name" under UNICODE, since L"name" has the units of wchar_t. */
#ifdef UNICODE
typedef WCHAR TCHAR;
#define __TEXT(quote) u##quote
#else
typedef CHAR TCHAR;
#define __TEXT(quote) quote
#endif
#define TEXT(quote) __TEXT(quote)
typedef TCHAR *PTSTR, *LPTSTR;
typedef const TCHAR *PCTSTR, *LPCTSTR;

#define MAX_PATH 260

#define LOWORD(value) ((WORD)((DWORD_PTR)(value)&0xFFFF))
#define HIWORD(value) ((WORD)(((DWORD_PTR)(value) >> 16) & 0xFFFF))
#define LOBYTE(value) ((BYTE)((DWORD_PTR)(value)&0xFF))
#define HIBYTE(value) ((BYTE)(((DWORD_PTR)(value) >> 8) & 0xFF))
#define MAKEWORD(low, high) ((WORD)(((BYTE)(low)) | ((WORD)((BYTE)(high))) << 8))
#define MAKELONG(low, high) ((LONG)(((WORD)(low)) | ((DWORD)((WORD)(high))) << 16))
#define MAKELPARAM(low, high) ((LPARAM)(DWORD)MAKELONG(low, high))
#define MAKELRESULT(low, high) ((LRESULT)(DWORD)MAKELONG(low, high))

#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))
#define ZeroMemory(target, length) memset((target), 0, (length))
#define FillMemory(target, length, byte) memset((target), (byte), (length))
#define CopyMemory(target, source, length) memcpy((target), (source), (length))
#define MoveMemory(target, source, length) memmove((target), (source), (length))

/* The reasons of DllMain. Nothing calls a DllMain here: what it does belongs into DRV_LOAD and DRV_FREE. */
#define DLL_PROCESS_DETACH 0
#define DLL_PROCESS_ATTACH 1
#define DLL_THREAD_ATTACH 2
#define DLL_THREAD_DETACH 3

#endif

/* opendriver/types.h: the scalar types, handles and function types of installable drivers.
 *
 * On Windows they come from the system's own <windows.h> and <mmsystem.h>. Elsewhere they are defined here, with the
 * widths that they have on Windows: a DWORD has 32 bits, whatever a long has, and LPARAM, LRESULT and DWORD_PTR have the
 * width of a pointer.
 *
 * A program that has a windows.h of its own (a porting layer) includes that first. If it is one of the well-known ones it
 * is recognised by its include guard; otherwise define OPENDRIVER_HAS_WINDOWS_TYPES before including this. It must then
 * define all names below down to the line that says so.
 */
#ifndef OPENDRIVER_TYPES_H
#define OPENDRIVER_TYPES_H

#include <stddef.h>

#if defined(_WIN32)
/* Without this <mmsystem.h> declares the functions as if they came from a DLL. */
#if defined(OPENDRIVER_STATIC) && !defined(_WINMM_)
#define _WINMM_
#endif
#include <windows.h>
#include <mmsystem.h>
#include <mmddk.h>
#define OPENDRIVER_HAS_WINDOWS_TYPES 1
#elif !defined(OPENDRIVER_HAS_WINDOWS_TYPES) && (defined(_WINDEF_) || defined(_WINDEF_H) || defined(__WINE_WINDEF_H))
#define OPENDRIVER_HAS_WINDOWS_TYPES 1
#endif

/* How functions of the library are declared and called. */
#if defined(OPENDRIVER_STATIC)
#define OPENDRIVER_API
#elif defined(_WIN32)
#define OPENDRIVER_API __declspec(dllimport)
#elif defined(__GNUC__)
#define OPENDRIVER_API __attribute__((visibility("default")))
#else
#define OPENDRIVER_API
#endif

/* The same for the functions that <mmsystem.h> of Windows declares, too. It must not say anything else; so a program for
 * Windows that links the static library defines OPENDRIVER_STATIC and includes this before <mmsystem.h>. */
#if defined(_WIN32)
#define OPENDRIVER_WINMM_API WINMMAPI
#else
#define OPENDRIVER_WINMM_API OPENDRIVER_API
#endif

/* The convention of functions and callbacks that Windows has no name for. */
#if defined(_WIN32)
#define OPENDRIVER_CALL __cdecl
#else
#define OPENDRIVER_CALL
#endif

/* Put in front of DriverProc and whatever else a driver exports. */
#if defined(_WIN32)
#define OPENDRIVER_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define OPENDRIVER_EXPORT __attribute__((visibility("default")))
#else
#define OPENDRIVER_EXPORT
#endif

/* A unit of UTF-16. In C++ it is char16_t, so that u"text" fits; in C it is the type that char16_t of <uchar.h> is. */
#if defined(_WIN32)
typedef WCHAR opendriver_char16;
#elif defined(__cplusplus) && __cplusplus >= 201103L
typedef char16_t opendriver_char16;
#else
typedef unsigned short opendriver_char16;
#endif

#ifndef OPENDRIVER_HAS_WINDOWS_TYPES

/* Calling conventions: there is one only. */
#ifndef WINAPI
#define WINAPI
#endif
#ifndef CALLBACK
#define CALLBACK
#endif
#ifndef APIENTRY
#define APIENTRY
#endif

typedef int BOOL;
typedef unsigned char BYTE;
typedef unsigned short WORD;
typedef unsigned int DWORD;
typedef unsigned int UINT;
typedef int LONG;
typedef unsigned int ULONG;

/* As wide as a pointer. On all systems but Windows that is what a long is. */
typedef long INT_PTR;
typedef unsigned long UINT_PTR;
typedef long LONG_PTR;
typedef unsigned long ULONG_PTR;
typedef unsigned long DWORD_PTR;

typedef UINT_PTR WPARAM;
typedef LONG_PTR LPARAM;
typedef LONG_PTR LRESULT;

typedef char CHAR;
typedef opendriver_char16 WCHAR;
typedef CHAR *LPSTR;
typedef const CHAR *LPCSTR;
typedef WCHAR *LPWSTR;
typedef const WCHAR *LPCWSTR;
typedef void *LPVOID;
typedef const void *LPCVOID;

/* Handles: numbers that nobody may dereference, each of a type of its own. */
typedef void *HANDLE;
typedef struct HINSTANCE__ *HINSTANCE;
typedef HINSTANCE HMODULE;
typedef struct HWND__ *HWND;

#ifndef FALSE
#define FALSE 0
#endif
#ifndef TRUE
#define TRUE 1
#endif

/* End of what a windows.h of one's own must define. What follows is defined here unless a <mmsystem.h> of one's own came
 * first, which is recognised by its include guard, or by OPENDRIVER_HAS_MMSYSTEM. */
#endif

#if defined(_WIN32) || defined(_INC_MMSYSTEM) || defined(__WINE_MMSYSTEM_H)
#ifndef OPENDRIVER_HAS_MMSYSTEM
#define OPENDRIVER_HAS_MMSYSTEM 1
#endif
#endif

#ifndef OPENDRIVER_HAS_MMSYSTEM

/* An open driver. Handles of this library fit 31 bits on every machine: a driver that declares its DriverProc with 32-bit
 * parameters gets the right one. */
typedef struct HDRVR__ *HDRVR;

/* A driver's own procedure: (id, driver, message, lParam1, lParam2). It is exported under the name DriverProc. */
typedef LRESULT(CALLBACK *DRIVERPROC)(DWORD_PTR, HDRVR, UINT, LPARAM, LPARAM);

/* A client's function for DriverCallback: (device, message, user, param1, param2). */
typedef void(CALLBACK DRVCALLBACK)(HDRVR, UINT, DWORD_PTR, DWORD_PTR, DWORD_PTR);
typedef DRVCALLBACK *LPDRVCALLBACK;
typedef DRVCALLBACK *PDRVCALLBACK;

#endif

/* A second entry of wave, MIDI, mixer and aux drivers, such as modMessage: (device, message, user, param1, param2). */
typedef DWORD(CALLBACK *opendriver_message_function)(UINT, UINT, DWORD_PTR, DWORD_PTR, DWORD_PTR);

#endif

/* opendriver/opendriver.h: the functions of libopendriver.
 *
 * A host needs no other header. docs/c-api.md is the guide to ownership, threads and errors, with an example for each
 * function; this is the reference.
 *
 * The rules, once for all:
 *
 * - Text is UTF-16 where Windows has LPCWSTR, the ANSI code page of the settings where it has LPCSTR, and UTF-8 in the
 *   functions whose names begin with opendriver_. Paths are UTF-8 on Windows and bytes elsewhere. Text ends with a zero.
 * - The library keeps no pointer of the caller, but for functions to call and what is said to go with them.
 * - A function that writes text takes a buffer and its size in bytes and returns the size of the whole text with its NUL.
 *   It writes as much as fits, always with a NUL, and never half a character. With NULL or the size 0 it only returns
 *   the size. 0 is a failure; the text is then empty.
 * - NULL where something is needed is a failure and not a crash.
 * - All functions may be called from any thread, from inside any driver and from inside any callback of this library.
 * - Each function sets the last error of the calling thread, to OPENDRIVER_OK as well, but for those that read it
 *   (opendriver_last_error_*, opendriver_error_name) and DefDriverProc, DrvDefDriverProc, opendriver_version and
 *   opendriver_process_manager.
 */
#ifndef OPENDRIVER_OPENDRIVER_H
#define OPENDRIVER_OPENDRIVER_H

#include "types.h"
#include "constants.h"
#include "structures.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The family, under its Windows names -----------------------------------------------------------------------------
 *
 * Outside of drivers these mean the manager of the process. It is made when it is first needed, from the file that the
 * environment variable OPENDRIVER_CONFIG names (INI or TOML), else from opendriver.toml or system.ini in the user's
 * configuration directory, else in the system's. OPENDRIVER_PERSONALITY (win32, win31, wine) wins over the personality of
 * the settings, in any case. The file is read again when it has changed. When the process ends nothing is sent to drivers.
 *
 * Called by a driver from inside DriverProc, they mean the manager that called the driver. */

/* Opens an instance of a driver. name is an alias or "filename parameters", section where to look for the alias or NULL
 * for the default section; lParam2 reaches the driver with DRV_OPEN. NULL if that fails; see the last error. */
OPENDRIVER_WINMM_API HDRVR WINAPI OpenDriver(LPCWSTR name, LPCWSTR section, LPARAM lParam2);
OPENDRIVER_API HDRVR WINAPI OpenDriverA(LPCSTR name, LPCSTR section, LPARAM lParam2);
OPENDRIVER_API HDRVR WINAPI DrvOpen(LPCWSTR name, LPCWSTR section, LPARAM lParam2);
OPENDRIVER_API HDRVR WINAPI DrvOpenA(LPCSTR name, LPCSTR section, LPARAM lParam2);

/* Closes an instance: DRV_CLOSE, and with the last one of the module DRV_DISABLE and DRV_FREE. 1, or 0 if the handle is
 * not open or the driver keeps the instance open. */
OPENDRIVER_WINMM_API LRESULT WINAPI CloseDriver(HDRVR driver, LPARAM lParam1, LPARAM lParam2);
OPENDRIVER_API LRESULT WINAPI DrvClose(HDRVR driver, LPARAM lParam1, LPARAM lParam2);

/* Sends a message and returns the driver's answer. 0 also if the handle is not open: the last error tells. */
OPENDRIVER_WINMM_API LRESULT WINAPI SendDriverMessage(HDRVR driver, UINT message, LPARAM lParam1, LPARAM lParam2);
OPENDRIVER_API LRESULT WINAPI DrvSendMessage(HDRVR driver, UINT message, LPARAM lParam1, LPARAM lParam2);

/* What a driver answers to what it does not know: 1 for DRV_LOAD, DRV_ENABLE, DRV_DISABLE, DRV_FREE, DRV_INSTALL and
 * DRV_REMOVE, 0 for all else. For drivers. */
OPENDRIVER_WINMM_API LRESULT WINAPI DefDriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM lParam1,
                                                  LPARAM lParam2);
OPENDRIVER_API LRESULT WINAPI DrvDefDriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM lParam1,
                                               LPARAM lParam2);

/* The module of an instance: the value of dlopen or LoadLibrary. NULL if the handle is not open. */
OPENDRIVER_WINMM_API HMODULE WINAPI GetDriverModuleHandle(HDRVR driver);
OPENDRIVER_WINMM_API HMODULE WINAPI DrvGetModuleHandle(HDRVR driver);

/* DRIVER_FLAGS_OPEN for an open instance, else 0. */
OPENDRIVER_API DWORD WINAPI GetDriverFlags(HDRVR driver);

/* Tells the client of a device that something has happened; DCB_* in flags says what target is. With DCB_FUNCTION it is
 * the address of a DRVCALLBACK, called on this thread. Windows, threads and events: see opendriver_set_notifier. TRUE if
 * it was delivered. */
OPENDRIVER_API BOOL WINAPI DriverCallback(DWORD_PTR target, DWORD flags, HDRVR device, DWORD message, DWORD_PTR user,
                                          DWORD_PTR param1, DWORD_PTR param2);

/* The instance opened after driver, or before it with GND_REVERSE; NULL starts. With GND_FIRSTINSTANCEONLY only the
 * first instance of each module counts. NULL at the end. */
OPENDRIVER_API HDRVR WINAPI GetNextDriver(HDRVR driver, DWORD flags);

/* Fills in what is known of an instance; set length first. FALSE if the handle is not open or length is wrong. */
OPENDRIVER_API BOOL WINAPI GetDriverInfo(HDRVR driver, DRIVERINFOSTRUCT *info);

/* ---- The last error of the calling thread ---------------------------------------------------------------------------- */

#define OPENDRIVER_OK 0 /* the last call succeeded */
/* 1 to 99: an argument makes no sense. */
#define OPENDRIVER_ERROR_NULL_ARGUMENT 1 /* a pointer that must not be NULL is */
#define OPENDRIVER_ERROR_TEXT 2          /* a text is not in the encoding that the function takes */
#define OPENDRIVER_ERROR_MANAGER 3       /* there is no such manager (any more) */
#define OPENDRIVER_ERROR_ARGUMENT 4      /* wrong size of a structure, an empty path, or an undefined number */
/* 100 to 199: the configuration cannot be read. */
#define OPENDRIVER_ERROR_CONFIG_READ 100        /* the file cannot be read */
#define OPENDRIVER_ERROR_CONFIG_NOT_A_FILE 101  /* the path leads to a directory or a device */
#define OPENDRIVER_ERROR_CONFIG_VANISHED 102    /* the file was there before and is gone */
#define OPENDRIVER_ERROR_CONFIG_VARIABLE 103    /* OPENDRIVER_CONFIG names no file */
#define OPENDRIVER_ERROR_CONFIG_SETTINGS 104    /* the settings make no sense */
#define OPENDRIVER_ERROR_CONFIG_PERSONALITY 105 /* OPENDRIVER_PERSONALITY names no personality */
/* 200 to 299: the name leads to no driver file. */
#define OPENDRIVER_ERROR_NAME_EMPTY 200       /* the name is empty or blank */
#define OPENDRIVER_ERROR_NO_ENTRY 201         /* the section has no such entry */
#define OPENDRIVER_ERROR_ENTRY_EMPTY 202      /* the entry is empty, which ends the search */
#define OPENDRIVER_ERROR_LINE_TOO_LONG 203    /* "filename parameters" is too long */
#define OPENDRIVER_ERROR_NO_FILE_NAME 204     /* the line begins with a blank, or names a directory */
#define OPENDRIVER_ERROR_DRIVE_NOT_MAPPED 205 /* the settings have no directory for the drive */
#define OPENDRIVER_ERROR_NOT_FOUND 206        /* no such file in any place: see the places tried */
#define OPENDRIVER_ERROR_UNSUITABLE 207       /* such a file, but not one that this process can load */
#define OPENDRIVER_ERROR_RESOLVE 299          /* another reason: see the text */
/* 300 to 399: the file cannot be made a module, or an instance of it. */
#define OPENDRIVER_ERROR_LIBRARY 300            /* the system's loader refused it */
#define OPENDRIVER_ERROR_NO_DRIVERPROC 301      /* it has no DriverProc */
#define OPENDRIVER_ERROR_BUSY 302               /* another thread has been loading or unloading it for too long */
#define OPENDRIVER_ERROR_TOO_MANY_INSTANCES 303 /* 1,000,000 are open */
#define OPENDRIVER_ERROR_PARAMETERS 304         /* the driver's encoding cannot express its parameters */
#define OPENDRIVER_ERROR_LOAD 399               /* another reason: see the text */
/* 400 to 499: the driver refused. */
#define OPENDRIVER_ERROR_LOAD_REFUSED 400         /* DRV_LOAD */
#define OPENDRIVER_ERROR_OPEN_REFUSED 401         /* DRV_OPEN */
#define OPENDRIVER_ERROR_CLOSED_WHILE_OPENING 402 /* it closed the instance while it was being opened */
#define OPENDRIVER_ERROR_CLOSE_REFUSED 403        /* DRV_CLOSE, under a personality that lets it */
/* 500 to 599: something is not there. */
#define OPENDRIVER_ERROR_HANDLE 500    /* the handle is that of no open instance */
#define OPENDRIVER_ERROR_NO_SYMBOL 501 /* the driver exports no such name */
#define OPENDRIVER_ERROR_MODULE 502    /* no such module is loaded, or it exports no such name */
#define OPENDRIVER_ERROR_ABSENT 503    /* no alias, or no file: the instance was opened without */
/* 600 to 699: a callback was not delivered. */
#define OPENDRIVER_ERROR_NO_TARGET 600      /* it has no target */
#define OPENDRIVER_ERROR_UNKNOWN_TARGET 601 /* 4, 6 and 7 are no kinds of targets */
#define OPENDRIVER_ERROR_NO_NOTIFIER 602    /* nobody has said how such a target is reached */
#define OPENDRIVER_ERROR_UNDELIVERED 603    /* it could not be reached */
/* 900 to 999: this library. */
#define OPENDRIVER_ERROR_INTERNAL 900  /* a defect of it; the call did nothing more */
#define OPENDRIVER_ERROR_LOG_TAKEN 901 /* the program consumes the log already */
#define OPENDRIVER_ERROR_OTHER 999     /* something without a number: see the text */

/* The code, and its text in UTF-8: what was asked, what was looked at, what to do. */
OPENDRIVER_API DWORD OPENDRIVER_CALL opendriver_last_error_code(void);
OPENDRIVER_API size_t OPENDRIVER_CALL opendriver_last_error_text(char *buffer, size_t size);

/* How many places were searched for a driver file, and each by its number from 0: its path, and a sentence that says why
 * it was passed over. */
OPENDRIVER_API size_t OPENDRIVER_CALL opendriver_last_error_tried(void);
OPENDRIVER_API size_t OPENDRIVER_CALL opendriver_last_error_place(size_t index, char *buffer, size_t size);
OPENDRIVER_API size_t OPENDRIVER_CALL opendriver_last_error_reason(size_t index, char *buffer, size_t size);

/* The name of a code as it stands above, constant; NULL if it is none. */
OPENDRIVER_API const char *OPENDRIVER_CALL opendriver_error_name(DWORD code);

/* ---- Managers -------------------------------------------------------------------------------------------------------- */

/* A manager of drivers, with a configuration, modules and handles of its own. Not an address: a stale one is refused.
 * Wherever one is asked for, NULL is the one that the Windows names mean. */
typedef struct opendriver_manager opendriver_manager;

/* The version of the library, such as "0.1.0"; constant. */
OPENDRIVER_API const char *OPENDRIVER_CALL opendriver_version(void);

/* Makes a manager, to be destroyed by opendriver_manager_destroy: from a file, TOML if its name ends in .toml, else INI, or
 * without a configuration for NULL; from the text of an INI file; from the text of a settings file, with the directory
 * to which relative paths in it are joined, or NULL for the current one. NULL if the configuration cannot be read. */
OPENDRIVER_API opendriver_manager *OPENDRIVER_CALL opendriver_manager_new(const char *path);
OPENDRIVER_API opendriver_manager *OPENDRIVER_CALL opendriver_manager_from_ini(const void *text, size_t length);
OPENDRIVER_API opendriver_manager *OPENDRIVER_CALL opendriver_manager_from_toml(const void *text, size_t length,
                                                                                const char *directory);

/* Closes what is open in a manager and destroys it. 1, or 0 if there is no such manager, or it is that of the process.
 * Where a driver keeps an instance open, it stays loaded, and the last error is CLOSE_REFUSED.
 * If another thread is inside one of its drivers, that driver is unloaded when the thread leaves it. */
OPENDRIVER_API BOOL OPENDRIVER_CALL opendriver_manager_destroy(opendriver_manager *manager);

/* The manager of the process, for a driver of another manager. Always the same. */
OPENDRIVER_API opendriver_manager *OPENDRIVER_CALL opendriver_process_manager(void);

/* Gives a manager another configuration file, or none for NULL; open instances are not touched. For the manager of the
 * process this takes the place of OPENDRIVER_CONFIG. 1, or 0 if it cannot be read; the old one is then kept. */
OPENDRIVER_API BOOL OPENDRIVER_CALL opendriver_use_config(opendriver_manager *manager, const char *path);

/* Reads the configuration again. 1, or 0 if it cannot be read; the old one is then kept. The manager of the process does
 * it by itself when a file has changed, the others do not. */
OPENDRIVER_API BOOL OPENDRIVER_CALL opendriver_reload(opendriver_manager *manager);

/* The path of the configuration file in use, which is not read for that; absolute, however it was given. 0 if there is
 * none. */
OPENDRIVER_API size_t OPENDRIVER_CALL opendriver_config_path(opendriver_manager *manager, char *buffer, size_t size);

/* ---- The family on any manager --------------------------------------------------------------------------------------- */

/* OpenDriver, with names in UTF-8 or UTF-16. */
OPENDRIVER_API HDRVR OPENDRIVER_CALL opendriver_open(opendriver_manager *manager, const char *name, const char *section,
                                                     LPARAM lParam2);
OPENDRIVER_API HDRVR OPENDRIVER_CALL opendriver_open_utf16(opendriver_manager *manager, const opendriver_char16 *name,
                                                           const opendriver_char16 *section, LPARAM lParam2);

/* Opens the driver in a file, whose path may have blanks; parameters may be NULL. */
OPENDRIVER_API HDRVR OPENDRIVER_CALL opendriver_open_file(opendriver_manager *manager, const char *path,
                                                          const char *parameters, LPARAM lParam2);

/* CloseDriver; *answer, unless answer is NULL, gets what the driver returned from DRV_CLOSE. */
OPENDRIVER_API BOOL OPENDRIVER_CALL opendriver_close(opendriver_manager *manager, HDRVR driver, LPARAM lParam1,
                                                     LPARAM lParam2, LRESULT *answer);

/* SendDriverMessage, GetDriverModuleHandle, GetDriverFlags, GetNextDriver. */
OPENDRIVER_API LRESULT OPENDRIVER_CALL opendriver_send(opendriver_manager *manager, HDRVR driver, UINT message,
                                                       LPARAM lParam1, LPARAM lParam2);
OPENDRIVER_API HMODULE OPENDRIVER_CALL opendriver_module(opendriver_manager *manager, HDRVR driver);
OPENDRIVER_API DWORD OPENDRIVER_CALL opendriver_flags(opendriver_manager *manager, HDRVR driver);
OPENDRIVER_API HDRVR OPENDRIVER_CALL opendriver_next(opendriver_manager *manager, HDRVR driver, DWORD flags);

/* ---- What Windows has no name for ------------------------------------------------------------------------------------ */

/* A function of a driver, to be cast to its type. */
typedef void(WINAPI *opendriver_function)(void);

/* What a driver exports under a name, such as modMessage (GetProcAddress), by the instance or by the module. Good as long
 * as an instance of the driver is open. NULL if there is none. */
OPENDRIVER_API opendriver_function OPENDRIVER_CALL opendriver_symbol(opendriver_manager *manager, HDRVR driver,
                                                                     const char *name);
OPENDRIVER_API opendriver_function OPENDRIVER_CALL opendriver_module_symbol(opendriver_manager *manager, HMODULE module,
                                                                            const char *name);

/* What is known of an instance: the driver's own number for it; the alias it was opened by, 0 if it was opened by file
 * name; the file name of its driver as it was asked for; the path of that file. */
OPENDRIVER_API DWORD_PTR OPENDRIVER_CALL opendriver_driver_id(opendriver_manager *manager, HDRVR driver);
OPENDRIVER_API size_t OPENDRIVER_CALL opendriver_alias(opendriver_manager *manager, HDRVR driver, char *buffer,
                                                       size_t size);
OPENDRIVER_API size_t OPENDRIVER_CALL opendriver_module_name(opendriver_manager *manager, HDRVR driver, char *buffer,
                                                             size_t size);
OPENDRIVER_API size_t OPENDRIVER_CALL opendriver_module_path(opendriver_manager *manager, HDRVR driver, char *buffer,
                                                             size_t size);

/* The path of the file that a name would open; loads nothing. */
OPENDRIVER_API size_t OPENDRIVER_CALL opendriver_locate(opendriver_manager *manager, const char *name,
                                                        const char *section, char *buffer, size_t size);

/* An answer to a broadcast. */
typedef struct opendriver_answer {
    HDRVR driver;   /* 0 / 0 */
    LRESULT answer; /* 4 / 8 */
} opendriver_answer;

/* Sends a message to every open instance in the order of their opening (DRV_POWER, DRV_EXITSESSION). Returns how many got
 * it, and stores the first capacity answers at answers, which may be NULL. */
OPENDRIVER_API size_t OPENDRIVER_CALL opendriver_broadcast(opendriver_manager *manager, UINT message, LPARAM lParam1,
                                                           LPARAM lParam2, opendriver_answer *answers, size_t capacity);

/* Closes every open instance, the orderly end. Returns how many their drivers keep open. */
OPENDRIVER_API size_t OPENDRIVER_CALL opendriver_close_all(opendriver_manager *manager);

/* Opens the drivers of the line drivers= in section [boot]. Returns how many are open now; *failed, unless failed is
 * NULL, gets how many could not be opened. */
OPENDRIVER_API size_t OPENDRIVER_CALL opendriver_open_boot_drivers(opendriver_manager *manager, size_t *failed);

/* How DriverCallback reaches windows, threads and events. Each function returns non-zero if it has done that; one that is
 * NULL is never successful. They are called on the thread that calls DriverCallback, also several at once. */
typedef struct opendriver_notifier {
    size_t size; /*  0 /  0: set it to sizeof(opendriver_notifier) */
    void *user;  /*  4 /  8: passed to the functions */
    BOOL(OPENDRIVER_CALL *post_to_window)(void *user, DWORD_PTR window, UINT message, WPARAM wParam, LPARAM lParam);
    BOOL(OPENDRIVER_CALL *post_to_thread)(void *user, DWORD thread, UINT message, WPARAM wParam, LPARAM lParam);
    BOOL(OPENDRIVER_CALL *set_event)(void *user, DWORD_PTR event);
} opendriver_notifier;

/* Says how, for all managers; the structure is copied. NULL takes it back, but a call that has begun on another thread may
 * still be running then; functions and user must be good until it is over. 1, or 0 if size is wrong. On Windows the system's
 * own way is used until this is called. */
OPENDRIVER_API BOOL OPENDRIVER_CALL opendriver_set_notifier(const opendriver_notifier *notifier);

/* Takes a line of the log: its level, the part of the library it comes from, its text. The texts live during the call. May
 * be called from any thread, several at once. What the library does inside it is not logged, and the Windows names mean the
 * manager of the process there, whichever manager has something to say. */
typedef void(OPENDRIVER_CALL *opendriver_log_function)(void *user, int level, const char *target, const char *text);

#define OPENDRIVER_LOG_OFF 0
#define OPENDRIVER_LOG_ERROR 1
#define OPENDRIVER_LOG_WARN 2
#define OPENDRIVER_LOG_INFO 3
#define OPENDRIVER_LOG_DEBUG 4 /* libraries loaded and unloaded */
#define OPENDRIVER_LOG_TRACE 5 /* each message to a driver */

/* Gives the log of all managers to a function, up to a level; NULL or OPENDRIVER_LOG_OFF ends that, but a call that has
 * begun on another thread may still be running then; function and user must be good until it is over. 1, or 0 if there is
 * no such level. */
OPENDRIVER_API BOOL OPENDRIVER_CALL opendriver_set_log(opendriver_log_function function, void *user, int level);

#ifdef __cplusplus
}
#endif

#endif

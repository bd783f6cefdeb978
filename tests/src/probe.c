/* The probe: a driver whose every call is handed to the test that made it.
 *
 * A file beside the library, named like it with ".hook" appended, holds two numbers in hexadecimal: the address of
 * the test's function and the value to call it with. The file is read when the library is loaded, so that the test
 * sees everything from the load-time initialiser to DRV_FREE and the unloading.
 *
 * With UNLOADABLE it is the library whose initialiser fails. On Windows it does: DllMain is told of the attachment,
 * answers FALSE, and is told of the end. Elsewhere no initialiser can fail, so the library loads, has no DriverProc and
 * is unloaded again, which shows the same from the outside. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#define EXPORT __declspec(dllexport)
#define ENTRY __stdcall
#else
#include <dlfcn.h>
#define EXPORT __attribute__((visibility("default")))
#define ENTRY
#endif

enum { ATTACH, MESSAGE, DETACH, MOD_MESSAGE };

typedef intptr_t (*sink)(uintptr_t key, int event, uintptr_t id, uintptr_t handle, unsigned message,
                         intptr_t lparam1, intptr_t lparam2);

static sink to_test;
static uintptr_t key;

static void attach(const char *path) {
    char hook[4096];
    unsigned long long address, value;
    FILE *file;
    if (strlen(path) + 6 > sizeof hook) return;
    sprintf(hook, "%s.hook", path);
    file = fopen(hook, "r");
    if (!file) return;
    if (fscanf(file, "%llx %llx", &address, &value) == 2) {
        to_test = (sink)(uintptr_t)address;
        key = (uintptr_t)value;
    }
    fclose(file);
    if (to_test) to_test(key, ATTACH, 0, 0, 0, 0, 0);
}

static void detach(void) {
    if (to_test) to_test(key, DETACH, 0, 0, 0, 0, 0);
}

#if defined UNLOADABLE && !defined _WIN32
#define NO_DRIVERPROC
#endif

#ifndef NO_DRIVERPROC
EXPORT intptr_t ENTRY DriverProc(uintptr_t id, void *handle, unsigned message, intptr_t lparam1, intptr_t lparam2) {
    return to_test ? to_test(key, MESSAGE, id, (uintptr_t)handle, message, lparam1, lparam2) : 0;
}
#endif

EXPORT unsigned ENTRY modMessage(unsigned device, unsigned message, uintptr_t user, uintptr_t p1, uintptr_t p2) {
    return to_test ? (unsigned)to_test(key, MOD_MESSAGE, device, user, message, (intptr_t)p1, (intptr_t)p2) : 0;
}

#ifdef _WIN32
BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved) {
    char path[2048];
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH && GetModuleFileNameA(module, path, sizeof path)) attach(path);
    if (reason == DLL_PROCESS_DETACH) detach();
#ifdef UNLOADABLE
    return FALSE;
#else
    return TRUE;
#endif
}
#else
__attribute__((constructor)) static void on_load(void) {
    Dl_info info;
    if (dladdr((void *)&modMessage, &info) && info.dli_fname) attach(info.dli_fname);
}
__attribute__((destructor)) static void on_unload(void) { detach(); }
#endif

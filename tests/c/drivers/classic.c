/* A driver as it was written in 1995, compiled for Linux and Windows from this one file. */
#include <windows.h>
#include <mmsystem.h>

typedef struct {
    BOOL fOpen;
    DWORD dwMessages;
    HDRVR hdrvr;
} INSTANCE, *PINSTANCE;

#define MAX_INSTANCES 4

static INSTANCE gInstances[MAX_INSTANCES];
static HINSTANCE ghInstance;

BOOL WINAPI DllMain(HINSTANCE hInstance, DWORD fdwReason, LPVOID lpvReserved)
{
    UNREFERENCED_PARAMETER(lpvReserved);
    if (fdwReason == DLL_PROCESS_ATTACH)
        ghInstance = hInstance;
    return TRUE;
}

static LRESULT Configure(HWND hwndParent, LPDRVCONFIGINFO lpdci)
{
    UNREFERENCED_PARAMETER(hwndParent);
    if (lpdci == NULL || lpdci->dwDCISize < sizeof(DRVCONFIGINFO))
        return DRVCNF_CANCEL;
    return lpdci->lpszDCIAliasName != NULL ? DRVCNF_RESTART : DRVCNF_OK;
}

__declspec(dllexport) LRESULT CALLBACK DriverProc(DWORD_PTR dwDriverID, HDRVR hdrvr, UINT uMsg, LPARAM lParam1,
                                                  LPARAM lParam2)
{
    PINSTANCE pInstance = NULL;
    int i;

    if (dwDriverID >= 1 && dwDriverID <= MAX_INSTANCES)
        pInstance = &gInstances[dwDriverID - 1];

    switch (uMsg) {
    case DRV_LOAD:
        ZeroMemory(gInstances, sizeof(gInstances));
        return 1L;

    case DRV_FREE:
    case DRV_ENABLE:
    case DRV_DISABLE:
        return 1L;

    case DRV_OPEN:
        for (i = 0; i < MAX_INSTANCES; i++) {
            if (!gInstances[i].fOpen) {
                gInstances[i].fOpen = TRUE;
                gInstances[i].dwMessages = 0;
                gInstances[i].hdrvr = hdrvr;
                return (LRESULT)(i + 1);
            }
        }
        return 0L;

    case DRV_CLOSE:
        if (pInstance == NULL || pInstance->hdrvr != hdrvr)
            return 0L;
        pInstance->fOpen = FALSE;
        return 1L;

    case DRV_QUERYCONFIGURE:
        return 1L;

    case DRV_CONFIGURE:
        return Configure((HWND)lParam1, (LPDRVCONFIGINFO)lParam2);

    case DRV_INSTALL:
    case DRV_REMOVE:
        return DRVCNF_OK;

    case DRV_POWER:
    case DRV_EXITSESSION:
        return 1L;

    default:
        if (uMsg >= DRV_USER && pInstance != NULL) {
            pInstance->dwMessages++;
            return MAKELRESULT(LOWORD(lParam1), LOWORD(pInstance->dwMessages));
        }
        return DefDriverProc(dwDriverID, hdrvr, uMsg, lParam1, lParam2);
    }
}

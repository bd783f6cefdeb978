/* A MIDI driver in C++ as the DDK has them: an installable driver with the second entry modMessage. It includes what such
 * sources include, and uses the structures of <mmddk.h>. */
#include <windows.h>
#include <mmsystem.h>
#include <mmddk.h>

#if defined(__MINGW32__)
/* Microsoft's <mmddk.h> declares it, that of mingw-w64 does not. */
extern "C" BOOL APIENTRY DriverCallback(DWORD_PTR, DWORD, HDRVR, DWORD, DWORD_PTR, DWORD_PTR, DWORD_PTR);
#endif

namespace {

const WCHAR NAME[] = {'T', 'e', 's', 't', 0};

struct Client {
    HDRVR device;
    DWORD_PTR target;
    DWORD_PTR instance;
    DWORD flags;

    void tell(UINT message, DWORD_PTR parameter) const
    {
        DriverCallback(target, flags, device, message, instance, parameter, 0);
    }
};

Client clients[4];

DWORD describe(LPVOID place, DWORD_PTR size)
{
    MIDIOUTCAPSW caps;
    ZeroMemory(&caps, sizeof caps);
    caps.vDriverVersion = 0x0100;
    CopyMemory(caps.szPname, NAME, sizeof NAME);
    caps.wTechnology = MOD_SWSYNTH;
    caps.wChannelMask = 0xFFFF;
    CopyMemory(place, &caps, size < sizeof caps ? size : sizeof caps);
    return MMSYSERR_NOERROR;
}

DWORD open(Client **user, LPMIDIOPENDESC description, DWORD_PTR flags)
{
    for (Client &client : clients) {
        if (client.device == NULL) {
            client = {(HDRVR)description->hMidi, description->dwCallback, description->dwInstance, HIWORD(flags)};
            *user = &client;
            client.tell(MOM_OPEN, 0);
            return MMSYSERR_NOERROR;
        }
    }
    return MMSYSERR_ALLOCATED;
}

DWORD play(const Client *client, LPMIDIHDR header)
{
    if ((header->dwFlags & MHDR_PREPARED) == 0) {
        return MIDIERR_UNPREPARED;
    }
    header->dwFlags |= MHDR_DONE;
    client->tell(MOM_DONE, (DWORD_PTR)header);
    return MMSYSERR_NOERROR;
}

} // namespace

extern "C" __declspec(dllexport) LRESULT CALLBACK DriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM lParam1,
                                                             LPARAM lParam2)
{
    switch (message) {
    case DRV_OPEN:
    case DRV_CLOSE:
        return DRV_OK;
    case DRV_INSTALL:
    case DRV_REMOVE:
        return DRVCNF_RESTART;
    default:
        return DefDriverProc(id, driver, message, lParam1, lParam2);
    }
}

extern "C" __declspec(dllexport) DWORD APIENTRY modMessage(UINT device, UINT message, DWORD_PTR user, DWORD_PTR param1,
                                                           DWORD_PTR param2)
{
    if (device != 0) {
        return MMSYSERR_BADDEVICEID;
    }
    switch (message) {
    case DRVM_INIT:
        return MMSYSERR_NOERROR;
    case MODM_GETNUMDEVS:
        return 1;
    case MODM_GETDEVCAPS:
        return describe((LPVOID)param1, param2);
    case MODM_OPEN:
        return open((Client **)user, (LPMIDIOPENDESC)param1, param2);
    case MODM_LONGDATA:
        return play((const Client *)user, (LPMIDIHDR)param1);
    case MODM_CLOSE:
        ((Client *)user)->tell(MOM_CLOSE, 0);
        ((Client *)user)->device = NULL;
        return MMSYSERR_NOERROR;
    default:
        return MMSYSERR_NOTSUPPORTED;
    }
}

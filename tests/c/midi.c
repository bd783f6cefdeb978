/* A porting layer that plays MIDI: the second entry of a driver, and callbacks by function and by event. */
#include "check.h"

#include <opendriver/windows/mmddk.h>

#define CLIENT 0x77

static UINT told[8];
static unsigned count;
static DWORD_PTR event_set;

static void CALLBACK on_message(HDRVR device, UINT message, DWORD_PTR user, DWORD_PTR param1, DWORD_PTR param2)
{
    CHECK(device == (HDRVR)0x1234 && user == CLIENT && param2 == 0);
    CHECK((message == MOM_DONE) == (param1 != 0));
    CHECK(count < sizeof told / sizeof *told);
    told[count++] = message;
}

static BOOL OPENDRIVER_CALL set_event(void *user, DWORD_PTR event)
{
    CHECK(user == &event_set);
    event_set = event;
    return TRUE;
}

int main(void)
{
    opendriver_notifier notifier = {sizeof notifier, &event_set, NULL, NULL, set_event};
    opendriver_message_function send;
    MIDIOUTCAPSW caps;
    MIDIOPENDESC description;
    MIDIHDR header;
    DWORD_PTR user = 0, other = 0;
    HDRVR driver = OpenDriver(u"midi.drv", NULL, 0);

    CHECK(driver != NULL);
    send = (opendriver_message_function)opendriver_symbol(NULL, driver, "modMessage");
    CHECK(send != NULL);
    CHECK(send(0, DRVM_INIT, 0, 0, 0) == MMSYSERR_NOERROR && send(0, MODM_GETNUMDEVS, 0, 0, 0) == 1);
    CHECK(send(1, MODM_GETDEVCAPS, 0, (DWORD_PTR)&caps, sizeof caps) == MMSYSERR_BADDEVICEID);
    CHECK(send(0, MODM_GETDEVCAPS, 0, (DWORD_PTR)&caps, sizeof caps) == MMSYSERR_NOERROR);
    CHECK(caps.wTechnology == MOD_SWSYNTH && caps.szPname[0] == u'T' && caps.szPname[4] == 0 && caps.dwSupport == 0);

    memset(&description, 0, sizeof description);
    description.hMidi = (HMIDI)0x1234;
    description.dwInstance = CLIENT;
    description.dwCallback = (DWORD_PTR)on_message;
    CHECK(send(0, MODM_OPEN, (DWORD_PTR)&user, (DWORD_PTR)&description, CALLBACK_FUNCTION) == MMSYSERR_NOERROR);
    memset(&header, 0, sizeof header);
    CHECK(send(0, MODM_LONGDATA, user, (DWORD_PTR)&header, sizeof header) == MIDIERR_UNPREPARED);
    header.dwFlags = MHDR_PREPARED;
    CHECK(send(0, MODM_LONGDATA, user, (DWORD_PTR)&header, sizeof header) == MMSYSERR_NOERROR);
    CHECK(header.dwFlags == (MHDR_PREPARED | MHDR_DONE));

    CHECK(opendriver_set_notifier(&notifier) == TRUE);
    description.dwCallback = 0xEEEE;
    CHECK(send(0, MODM_OPEN, (DWORD_PTR)&other, (DWORD_PTR)&description, CALLBACK_EVENT) == MMSYSERR_NOERROR);
    CHECK(event_set == 0xEEEE && other != user);

    CHECK(send(0, MODM_CLOSE, user, 0, 0) == MMSYSERR_NOERROR && send(0, MODM_CLOSE, other, 0, 0) == MMSYSERR_NOERROR);
    CHECK(count == 3 && told[0] == MOM_OPEN && told[1] == MOM_DONE && told[2] == MOM_CLOSE);
    CHECK(opendriver_set_notifier(NULL) == TRUE);
    CHECK(CloseDriver(driver, 0, 0) == 1);
    return 0;
}

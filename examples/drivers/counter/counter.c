/*
 * counter: an installable driver in plain C, with no header but the standard ones.
 *
 * In SYSTEM.INI:   counter=counter.drv start=5 step=2
 * Build:           cc -shared -fPIC -o libcounter.so counter.c
 * Windows:         x86_64-w64-mingw32-gcc -shared -o counter.dll counter.c
 *                  i686-w64-mingw32-gcc -shared -Wl,--kill-at -o counter.dll counter.c
 *
 * Each open instance counts for itself:
 *
 *   DRV_USER             adds a step and returns the count
 *   DRV_USER+1           sets the count back to its start and returns it
 *   DRV_QUERYCONFIGURE   0, there is nothing to configure
 *   DRV_INSTALL, REMOVE  1 (DRVCNF_OK)
 *   anything else        0
 *
 * start is 0 and step is 1 where the parameters do not say otherwise. A word that is neither, or no decimal number
 * that fits 32 bits, makes the open fail. At most 16 instances can be open at a time.
 *
 * Words of parameters are separated by blanks. The text is UTF-16, as on 32-bit and 64-bit Windows; opendriver_text says so
 * to a manager that could also pass something else. Under Windows itself nobody reads it.
 *
 * A driver has to answer several threads. This one leaves the locking of one instance to its caller, as drivers of its
 * time did; but opening and closing, which touch the common table, are guarded by a lock of their own.
 */

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#define CALLBACK __stdcall
#else
#define EXPORT __attribute__((visibility("default")))
#define CALLBACK
#endif

/* The types of a driver's procedure: pointer-sized, but for the message. On 64-bit Windows a long has 32 bits only. */
#if defined(_MSC_VER) && defined(_WIN64)
typedef unsigned __int64 UINT_POINTER;
typedef __int64 INT_POINTER;
#elif defined(_WIN64)
__extension__ typedef unsigned long long UINT_POINTER;
__extension__ typedef long long INT_POINTER;
#else
typedef unsigned long UINT_POINTER;
typedef long INT_POINTER;
#endif

typedef UINT_POINTER HDRVR;
typedef INT_POINTER LPARAM;
typedef INT_POINTER LRESULT;
typedef unsigned short WCHAR;

enum {
    DRV_LOAD = 0x0001,
    DRV_ENABLE = 0x0002,
    DRV_OPEN = 0x0003,
    DRV_CLOSE = 0x0004,
    DRV_DISABLE = 0x0005,
    DRV_FREE = 0x0006,
    DRV_CONFIGURE = 0x0007,
    DRV_QUERYCONFIGURE = 0x0008,
    DRV_INSTALL = 0x0009,
    DRV_REMOVE = 0x000A,
    DRV_USER = 0x4000
};

enum { DRVCNF_CANCEL = 0, DRVCNF_OK = 1 };

EXPORT extern const unsigned int opendriver_text;
const unsigned int opendriver_text = 1; /* UTF-16 */

EXPORT LRESULT CALLBACK DriverProc(UINT_POINTER id, HDRVR driver, unsigned int message, LPARAM lparam1, LPARAM lparam2);

/* The instances. An identifier is the place in the table and, above it, how often the place was taken before: an
 * identifier of a closed instance finds nobody, even when its place was given away again. */

enum { MAX_INSTANCES = 16, MAX_USES = 0x7FFFFFE };

struct counter {
    int open;
    UINT_POINTER uses;
    LRESULT count;
    LRESULT start;
    LRESULT step;
};

static struct counter counters[MAX_INSTANCES];

/* Held for a few instructions only, so waiting in a loop will do. */
static volatile long table_lock;

#if defined(_MSC_VER)
long _InterlockedExchange(long volatile *target, long value);
#pragma intrinsic(_InterlockedExchange)

static void lock_table(void)
{
    while (_InterlockedExchange(&table_lock, 1) != 0) {
    }
}

static void unlock_table(void)
{
    _InterlockedExchange(&table_lock, 0);
}
#else
static void lock_table(void)
{
    while (__sync_lock_test_and_set(&table_lock, 1)) {
    }
}

static void unlock_table(void)
{
    __sync_lock_release(&table_lock);
}
#endif

static struct counter *find(UINT_POINTER id)
{
    UINT_POINTER place = id % MAX_INSTANCES;
    struct counter *counter = &counters[place];

    return counter->open && id / MAX_INSTANCES == counter->uses ? counter : 0;
}

/* Parameters. */

static int is_blank(WCHAR c)
{
    return c == ' ' || c == '\t';
}

/* If the text goes on with this key, gives what stands behind it, else 0. */
static const WCHAR *after(const WCHAR *text, const char *key)
{
    while (*key != '\0') {
        if (*text != (WCHAR)*key) {
            return 0;
        }
        text++;
        key++;
    }
    return text;
}

/* Reads a decimal number of 32 bits with a sign, up to a blank or the end; gives what stands behind it, or 0. */
static const WCHAR *read_number(const WCHAR *text, LRESULT *number)
{
    const LRESULT limit = 0x7FFFFFFF;
    LRESULT value = 0;
    int negative = *text == '-';

    if (negative) {
        text++;
    }
    if (*text == 0 || is_blank(*text)) {
        return 0;
    }
    while (*text != 0 && !is_blank(*text)) {
        if (*text < '0' || *text > '9') {
            return 0;
        }
        if (value > (limit - (*text - '0')) / 10) {
            return 0;
        }
        value = value * 10 + (*text - '0');
        text++;
    }
    *number = negative ? -value : value;
    return text;
}

/* Reads `start=5 step=2`; no text at all is fine, too. Non-zero if all of it was understood. */
static int read_parameters(const WCHAR *text, LRESULT *start, LRESULT *step)
{
    const WCHAR *value;

    *start = 0;
    *step = 1;
    if (text == 0) {
        return 1;
    }
    for (;;) {
        while (is_blank(*text)) {
            text++;
        }
        if (*text == 0) {
            return 1;
        }
        if ((value = after(text, "start=")) != 0) {
            text = read_number(value, start);
        } else if ((value = after(text, "step=")) != 0) {
            text = read_number(value, step);
        } else {
            text = 0;
        }
        if (text == 0) {
            return 0;
        }
    }
}

static LRESULT open_counter(const WCHAR *parameters)
{
    LRESULT start;
    LRESULT step;
    unsigned int place;
    LRESULT id = 0;

    if (!read_parameters(parameters, &start, &step)) {
        return 0;
    }
    lock_table();
    for (place = 0; place < MAX_INSTANCES; place++) {
        struct counter *counter = &counters[place];

        if (!counter->open) {
            counter->open = 1;
            /* From 1, so that no identifier is 0; wraps round so that all of them fit 31 bits. */
            counter->uses = counter->uses % MAX_USES + 1;
            counter->count = counter->start = start;
            counter->step = step;
            id = (LRESULT)(counter->uses * MAX_INSTANCES + place);
            break;
        }
    }
    unlock_table();
    return id;
}

static LRESULT close_counter(UINT_POINTER id)
{
    struct counter *counter;

    lock_table();
    counter = find(id);
    if (counter != 0) {
        counter->open = 0;
    }
    unlock_table();
    return counter != 0;
}

LRESULT CALLBACK DriverProc(UINT_POINTER id, HDRVR driver, unsigned int message, LPARAM lparam1, LPARAM lparam2)
{
    struct counter *counter;

    (void)driver;
    (void)lparam2;
    switch (message) {
    case DRV_LOAD:
    case DRV_ENABLE:
    case DRV_DISABLE:
    case DRV_FREE:
        return 1;
    case DRV_OPEN:
        return open_counter((const WCHAR *)lparam1);
    case DRV_CLOSE:
        return close_counter(id);
    case DRV_INSTALL:
    case DRV_REMOVE:
        return DRVCNF_OK;
    case DRV_QUERYCONFIGURE:
        return 0;
    case DRV_CONFIGURE:
        return DRVCNF_CANCEL;
    case DRV_USER:
        counter = find(id);
        if (counter == 0) {
            return 0;
        }
        /* Without a sign, so that it wraps round instead of overflowing. */
        counter->count = (LRESULT)((UINT_POINTER)counter->count + (UINT_POINTER)counter->step);
        return counter->count;
    case DRV_USER + 1:
        counter = find(id);
        if (counter == 0) {
            return 0;
        }
        counter->count = counter->start;
        return counter->count;
    default:
        return 0;
    }
}

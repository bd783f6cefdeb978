/* The program enters a sandbox that takes a system call away, and its log function uses the library: nothing waits for
 * ever, and what cannot be known to be unused stays loaded. */
#include "check.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static opendriver_manager *manager;
static HDRVR driver;
static int told;
static pthread_barrier_t here, over;

static void OPENDRIVER_CALL use_the_library(void *user, int level, const char *target, const char *text)
{
    (void)user, (void)level, (void)target;
    if (strstr(text, "barrier") != NULL) {
        told++;
        CHECK(opendriver_flags(manager, driver) == 0);
    }
}

/* A second thread of the library, which a close has to reckon with. */
static void *stay(void *user)
{
    CHECK(opendriver_flags(manager, driver) != 0);
    pthread_barrier_wait(&here);
    pthread_barrier_wait(&over);
    return user;
}

int main(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {4, code};
    pthread_t thread;

    manager = opendriver_manager_new(NULL);
    driver = opendriver_open_file(manager, in_directory("recorder.drv"), NULL, 0);
    CHECK(driver != NULL);
    CHECK(pthread_barrier_init(&here, NULL, 2) == 0 && pthread_barrier_init(&over, NULL, 2) == 0);
    CHECK(pthread_create(&thread, NULL, stay, NULL) == 0);
    pthread_barrier_wait(&here);
    CHECK(opendriver_set_log(use_the_library, NULL, OPENDRIVER_LOG_ERROR) == TRUE);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
        printf("skipped: no sandbox to be had here\n");
    } else {
        CHECK(opendriver_close(manager, driver, 0, 0, NULL) == TRUE);
        /* Where there was a barrier, there is none now. */
        CHECK(told <= 1);
        CHECK(opendriver_send(manager, driver, DRV_USER, 1, 2) == 0);
        CHECK_CODE(OPENDRIVER_ERROR_HANDLE);
    }
    pthread_barrier_wait(&over);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(opendriver_set_log(NULL, NULL, OPENDRIVER_LOG_OFF) == TRUE);
    return 0;
}

/* Preloaded into a node: while the file named by FAILING_SYNC exists, every sync of a file fails. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int fails(void) {
    const char *flag = getenv("FAILING_SYNC");
    return flag != NULL && access(flag, F_OK) == 0;
}

static int refused(void) {
    errno = EIO;
    return -1;
}

int fsync(int descriptor) {
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return fails() ? refused() : next(descriptor);
}

int fdatasync(int descriptor) {
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return fails() ? refused() : next(descriptor);
}

/* Add CLOCK_OFFSET_S seconds, and those in the file CLOCK_FILE, to the wall clock of a process (LD_PRELOAD); the monotonic clock
   and file times stay real. The file holds a 64-bit number that a test changes while the process runs.
   libfaketime 0.9.10 is no substitute: CPython's time.sleep fails with EINVAL, and services that run on uvloop stall. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shared;

__attribute__((constructor)) static void map_file(void) {
  const char *path = getenv("CLOCK_FILE");
  int file = path ? open(path, O_RDONLY) : -1;
  if (file < 0) return;
  void *mapped = mmap(NULL, sizeof *shared, PROT_READ, MAP_SHARED, file, 0);
  if (mapped != MAP_FAILED) shared = mapped;
  close(file);
}

static time_t offset(void) {
  const char *seconds = getenv("CLOCK_OFFSET_S");
  return (seconds ? atol(seconds) : 0) + (shared ? *shared : 0);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int failed = syscall(SYS_clock_gettime, clock, now);
  if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += offset();
  return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *now) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (now) *now = precise.tv_sec;
  return precise.tv_sec;
}

int timespec_get(struct timespec *now, int base) {
  clock_gettime(CLOCK_REALTIME, now);
  return base;
}

/* A disk that forgets everything that was not synced: the worst that a power cut may do.
 *
 * Loaded with LD_PRELOAD. Below the folder POWER_WATCH it stands between a program and its disk;
 * the folder POWER_SHADOW is what would be on the disk after a cut:
 *
 *   SHADOW/KEY        what the file KEY held at its last sync;
 *   SHADOW/KEY.names  what the folder KEY held at its last sync: a line "KEY NAME" for each entry.
 *
 * A key is a file's number with its time of birth, since numbers are used again. So a file's bytes
 * survive only if they were there when the file was synced, and its name (made, moved or removed)
 * only as it was when its folder was synced. A sync that is killed half-way may have kept a part,
 * as on a real disk. Nothing is forced to the real disk: the shadow is the disk here.
 *
 * With POWER_WEAK a write-ahead log is not synced by itself but along with the next sync of its
 * database: that is what SQLite's synchronous=NORMAL does, which syncs it at a checkpoint only.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 65536

static int key(int fd, const char *name, char *out, size_t size) {
  struct statx s;
  if (statx(fd, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &s)) return -1;
  snprintf(out, size, "%llu-%lld.%09u", (unsigned long long)s.stx_ino,
           (long long)s.stx_btime.tv_sec, s.stx_btime.tv_nsec);
  return 0;
}

static int open_shadow(const char *name, const char *suffix, int flags) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s%s", getenv("POWER_SHADOW"), name, suffix);
  return open(path, flags | O_CREAT | O_CLOEXEC, 0600);
}

/* Copies the blocks that differ, then the length. */
static void keep_file(const char *path) {
  static __thread char now[BLOCK], kept[BLOCK];
  char name[64];
  int from = open(path, O_RDONLY | O_CLOEXEC);
  if (from < 0) return;
  int to = key(from, "", name, sizeof name) ? -1 : open_shadow(name, "", O_RDWR);
  off_t at = 0;
  ssize_t n;
  while (to >= 0 && (n = pread(from, now, BLOCK, at)) > 0) {
    if (pread(to, kept, n, at) != n || memcmp(now, kept, n)) {
      if (pwrite(to, now, n, at) != n) abort();
    }
    at += n;
  }
  if (to >= 0 && ftruncate(to, at)) abort();
  close(to);
  close(from);
}

static void keep_names(const char *path) {
  char name[64], entry[64], temporary[80];
  DIR *folder = opendir(path);
  if (!folder || key(dirfd(folder), "", name, sizeof name)) return;
  snprintf(temporary, sizeof temporary, "%s.new", name);
  FILE *list = fdopen(open_shadow(temporary, "", O_WRONLY | O_TRUNC), "w");
  struct dirent *found;
  while (list && (found = readdir(folder))) {
    if (strcmp(found->d_name, ".") && strcmp(found->d_name, "..") &&
        !key(dirfd(folder), found->d_name, entry, sizeof entry))
      fprintf(list, "%s %s\n", entry, found->d_name);
  }
  closedir(folder);
  if (!list || fclose(list)) abort();
  char from[PATH_MAX], to[PATH_MAX];
  snprintf(from, sizeof from, "%s/%s", getenv("POWER_SHADOW"), temporary);
  snprintf(to, sizeof to, "%s/%s.names", getenv("POWER_SHADOW"), name);
  if (rename(from, to)) abort();
}

static int is_log(const char *path) {
  size_t length = strlen(path);
  return length > 4 && !strcmp(path + length - 4, "-wal");
}

static void keep_logs(const char *path) {
  char log[PATH_MAX];
  snprintf(log, sizeof log, "%.*s-wal", PATH_MAX - 5, path);
  keep_file(log);
}

static int sync_it(int fd) {
  char link[64], path[PATH_MAX];
  const char *watch = getenv("POWER_WATCH");
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (!watch || n < 0) return 0;
  path[n] = 0;
  if (strncmp(path, watch, strlen(watch))) return 0;
  struct stat s;
  if (fstat(fd, &s) || (S_ISREG(s.st_mode) && s.st_nlink == 0)) return 0;
  /* One at a time: an older state must not overwrite a newer one. */
  int lock = open_shadow("lock", "", O_RDWR);
  if (lock < 0 || flock(lock, LOCK_EX)) abort();
  if (S_ISDIR(s.st_mode)) {
    keep_names(path);
  } else if (!getenv("POWER_WEAK")) {
    keep_file(path);
  } else if (!is_log(path)) {
    keep_logs(path);
    keep_file(path);
  }
  close(lock);
  return 0;
}

int fsync(int fd) { return sync_it(fd); }
int fdatasync(int fd) { return sync_it(fd); }

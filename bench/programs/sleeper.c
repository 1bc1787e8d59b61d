/* Appends "CLOCK PID" to a file as its first act, CLOCK_MONOTONIC in nanoseconds; then sleeps, or ends when it has a second argument. */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	char line[64];
	int length = snprintf(line, sizeof line, "%lld %d\n", now.tv_sec * 1000000000LL + now.tv_nsec, getpid());
	int file = open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (file < 0 || write(file, line, length) != length)
		return 1;
	close(file);
	while (argc <= 2)
		pause();
	return 0;
}

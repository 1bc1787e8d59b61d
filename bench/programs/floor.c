/*
 * What a supervisor cannot do better: "COUNT PROGRAM ARGUMENTS" spawns that many processes and spawns each again when it ends.
 * On SIGTERM it kills them and ends.
 */
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static pid_t children[10000];
static int count;

static void end(int signal)
{
	(void)signal;
	for (int i = 0; i < count; i++)
		kill(children[i], SIGKILL);
	_exit(0);
}

int main(int argc, char **argv)
{
	if (argc < 3 || (count = atoi(argv[1])) < 1 || count > 10000)
		return 2;
	for (int i = 0; i < count; i++)
		if (posix_spawn(&children[i], argv[2], 0, 0, argv + 2, environ) != 0)
			return 1;
	signal(SIGTERM, end);
	for (;;) {
		pid_t ended = waitpid(-1, 0, 0);
		for (int i = 0; i < count; i++)
			if (children[i] == ended)
				posix_spawn(&children[i], argv[2], 0, 0, argv + 2, environ);
	}
}

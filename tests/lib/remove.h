/* A folder and all that is in it, gone. */
#ifndef TESTS_REMOVE_H
#define TESTS_REMOVE_H

/* Does what it can; nothing where there is none. */
void remove_tree(const char *path);

#endif

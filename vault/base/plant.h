/*
 * A bug that tests/fault plants where its table of system calls cannot reach;
 * in every other build there is none.
 */
#ifndef EV_BASE_PLANT_H
#define EV_BASE_PLANT_H

#ifndef EV_PLANT_OLD_ROOT
#define EV_PLANT_OLD_ROOT 0 /* the old root is not recomputed before signing */
#endif

#endif

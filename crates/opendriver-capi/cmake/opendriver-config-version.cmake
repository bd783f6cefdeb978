# The version of the package beside this file, for find_package(opendriver VERSION). Below 1.0 a program fits the versions
# with the same two first numbers; whoever asks for 0 takes any of them.

set(PACKAGE_VERSION "0.1.0")

set(PACKAGE_VERSION_EXACT FALSE)
set(PACKAGE_VERSION_COMPATIBLE FALSE)
if(PACKAGE_VERSION VERSION_EQUAL PACKAGE_FIND_VERSION)
    set(PACKAGE_VERSION_EXACT TRUE)
endif()
if("${PACKAGE_FIND_VERSION}." MATCHES "^0[.](1[.]|$)" AND NOT PACKAGE_VERSION VERSION_LESS PACKAGE_FIND_VERSION)
    set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()

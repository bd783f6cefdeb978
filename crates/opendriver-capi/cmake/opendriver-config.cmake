# CMake package of libopendriver: imported targets opendriver::opendriver (shared) and opendriver::static.
#
# Found beside an installation (PREFIX/lib/cmake/opendriver), or in the source tree after `cargo build --release`. Set
# opendriver_ROOT, or opendriver_LIBRARY_DIR and opendriver_INCLUDE_DIR, to point elsewhere.

get_filename_component(_opendriver_here "${CMAKE_CURRENT_LIST_DIR}" ABSOLUTE)
set(_opendriver_hints "${_opendriver_here}/../../.." "${_opendriver_here}/../../../target/release")

find_path(opendriver_INCLUDE_DIR opendriver/opendriver.h
    HINTS ${_opendriver_hints} PATH_SUFFIXES include)
find_library(opendriver_SHARED_LIBRARY NAMES opendriver
    HINTS "${opendriver_LIBRARY_DIR}" ${_opendriver_hints} PATH_SUFFIXES lib lib64)
find_library(opendriver_STATIC_LIBRARY NAMES libopendriver.a opendriver.lib
    HINTS "${opendriver_LIBRARY_DIR}" ${_opendriver_hints} PATH_SUFFIXES lib lib64)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(opendriver
    REQUIRED_VARS opendriver_INCLUDE_DIR opendriver_SHARED_LIBRARY)

if(opendriver_FOUND AND NOT TARGET opendriver::opendriver)
    add_library(opendriver::opendriver UNKNOWN IMPORTED)
    set_target_properties(opendriver::opendriver PROPERTIES
        IMPORTED_LOCATION "${opendriver_SHARED_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${opendriver_INCLUDE_DIR}")
endif()

if(opendriver_FOUND AND opendriver_STATIC_LIBRARY AND NOT TARGET opendriver::static)
    add_library(opendriver::static UNKNOWN IMPORTED)
    set_target_properties(opendriver::static PROPERTIES
        IMPORTED_LOCATION "${opendriver_STATIC_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${opendriver_INCLUDE_DIR}"
        INTERFACE_COMPILE_DEFINITIONS OPENDRIVER_STATIC)
    if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
        # What `rustc --print native-static-libs` says.
        set_property(TARGET opendriver::static PROPERTY
            INTERFACE_LINK_LIBRARIES gcc_s util rt pthread m dl c)
    elseif(WIN32)
        set_property(TARGET opendriver::static PROPERTY
            INTERFACE_LINK_LIBRARIES kernel32 ntdll userenv ws2_32 user32 dbghelp)
    endif()
endif()

unset(_opendriver_here)
unset(_opendriver_hints)

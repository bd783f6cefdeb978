# CMake package of libopendriver. Imported targets:
#
#   opendriver::shared       the shared library, if there is one
#   opendriver::static       the static library, if there is one
#   opendriver::opendriver   the shared one, or the static one if that is all there is
#
# Found in an installation (PREFIX/share/cmake/opendriver or PREFIX/lib/cmake/opendriver), and in the source tree after
# `cargo build --release`. opendriver_LIBRARY_DIR and opendriver_INCLUDE_DIR point elsewhere.

get_filename_component(_opendriver_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(_opendriver_places
    "${opendriver_LIBRARY_DIR}" "${_opendriver_prefix}" "${_opendriver_prefix}/target/release")
set(_opendriver_suffixes lib "lib/${CMAKE_LIBRARY_ARCHITECTURE}" lib64)

find_path(opendriver_INCLUDE_DIR opendriver/opendriver.h
    PATHS "${_opendriver_prefix}" PATH_SUFFIXES include NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
# By their full names: what a bare name finds depends on the system, and may be either kind. On Windows programs are
# linked with an import library and start with the DLL.
if(WIN32)
    set(_opendriver_shared libopendriver.dll.a opendriver.dll.lib)
    set(_opendriver_static libopendriver.a opendriver.lib)
elseif(APPLE)
    set(_opendriver_shared libopendriver.dylib)
    set(_opendriver_static libopendriver.a)
else()
    set(_opendriver_shared libopendriver.so)
    set(_opendriver_static libopendriver.a)
endif()
find_file(opendriver_SHARED_LIBRARY NAMES ${_opendriver_shared}
    PATHS ${_opendriver_places} PATH_SUFFIXES ${_opendriver_suffixes} NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
find_file(opendriver_STATIC_LIBRARY NAMES ${_opendriver_static}
    PATHS ${_opendriver_places} PATH_SUFFIXES ${_opendriver_suffixes} NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
if(WIN32)
    find_file(opendriver_DLL NAMES opendriver.dll
        PATHS ${_opendriver_places} PATH_SUFFIXES bin ${_opendriver_suffixes} NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
    mark_as_advanced(opendriver_DLL)
endif()
mark_as_advanced(opendriver_INCLUDE_DIR opendriver_SHARED_LIBRARY opendriver_STATIC_LIBRARY)

if(opendriver_SHARED_LIBRARY)
    set(_opendriver_any "${opendriver_SHARED_LIBRARY}")
else()
    set(_opendriver_any "${opendriver_STATIC_LIBRARY}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(opendriver REQUIRED_VARS _opendriver_any opendriver_INCLUDE_DIR)

if(opendriver_FOUND AND opendriver_SHARED_LIBRARY AND NOT TARGET opendriver::shared)
    if(WIN32)
        add_library(opendriver::shared SHARED IMPORTED)
        set_target_properties(opendriver::shared PROPERTIES IMPORTED_IMPLIB "${opendriver_SHARED_LIBRARY}")
        if(opendriver_DLL)
            set_target_properties(opendriver::shared PROPERTIES IMPORTED_LOCATION "${opendriver_DLL}")
        endif()
    else()
        # Programs look for it under the name with the version of its interface, which an installation has. Cargo does not
        # make that name: then it becomes a link in the build directory of the project, where its programs look.
        if(opendriver_VERSION_MAJOR EQUAL 0)
            set(_opendriver_interface "0.${opendriver_VERSION_MINOR}")
        else()
            set(_opendriver_interface "${opendriver_VERSION_MAJOR}")
        endif()
        if(APPLE)
            set(_opendriver_name "libopendriver.${_opendriver_interface}.dylib")
        else()
            set(_opendriver_name "libopendriver.so.${_opendriver_interface}")
        endif()
        get_filename_component(_opendriver_directory "${opendriver_SHARED_LIBRARY}" DIRECTORY)
        set(_opendriver_location "${opendriver_SHARED_LIBRARY}")
        if(NOT EXISTS "${_opendriver_directory}/${_opendriver_name}")
            set(_opendriver_location "${CMAKE_BINARY_DIR}/opendriver/${_opendriver_name}")
            file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/opendriver")
            execute_process(COMMAND "${CMAKE_COMMAND}" -E create_symlink
                "${opendriver_SHARED_LIBRARY}" "${_opendriver_location}")
        endif()
        add_library(opendriver::shared UNKNOWN IMPORTED)
        set_target_properties(opendriver::shared PROPERTIES IMPORTED_LOCATION "${_opendriver_location}")
        unset(_opendriver_interface)
        unset(_opendriver_name)
        unset(_opendriver_directory)
        unset(_opendriver_location)
    endif()
    set_target_properties(opendriver::shared PROPERTIES
        INTERFACE_INCLUDE_DIRECTORIES "${opendriver_INCLUDE_DIR}")
endif()

if(opendriver_FOUND AND opendriver_STATIC_LIBRARY AND NOT TARGET opendriver::static)
    add_library(opendriver::static STATIC IMPORTED)
    # Its language is Rust, but whoever links it needs no more than C.
    set_target_properties(opendriver::static PROPERTIES
        IMPORTED_LOCATION "${opendriver_STATIC_LIBRARY}"
        IMPORTED_LINK_INTERFACE_LANGUAGES C
        INTERFACE_INCLUDE_DIRECTORIES "${opendriver_INCLUDE_DIR}"
        INTERFACE_COMPILE_DEFINITIONS OPENDRIVER_STATIC)
    # What `rustc --print native-static-libs` says.
    if(WIN32)
        set(_opendriver_needed kernel32 ntdll userenv ws2_32 dbghelp user32)
    elseif(APPLE)
        set(_opendriver_needed System c m)
    elseif(CMAKE_SYSTEM_NAME STREQUAL "Linux")
        set(_opendriver_needed gcc_s util rt pthread m dl c)
    else()
        set(_opendriver_needed pthread m c)
    endif()
    set_target_properties(opendriver::static PROPERTIES INTERFACE_LINK_LIBRARIES "${_opendriver_needed}")
    unset(_opendriver_needed)
endif()

if(opendriver_FOUND AND NOT TARGET opendriver::opendriver)
    add_library(opendriver::opendriver INTERFACE IMPORTED)
    if(TARGET opendriver::shared)
        set_target_properties(opendriver::opendriver PROPERTIES INTERFACE_LINK_LIBRARIES opendriver::shared)
    else()
        set_target_properties(opendriver::opendriver PROPERTIES INTERFACE_LINK_LIBRARIES opendriver::static)
    endif()
endif()

unset(_opendriver_prefix)
unset(_opendriver_places)
unset(_opendriver_suffixes)
unset(_opendriver_shared)
unset(_opendriver_static)
unset(_opendriver_any)

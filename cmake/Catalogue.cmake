# Reads ops/catalogue.h: TORCHACTIV_OPERATORS is a list of "header struct", and activation_headers.h includes them all.
# What the headers say about their activations becomes TORCHACTIV_CATALOGUE, a JSON file.
set(catalogue ${CMAKE_SOURCE_DIR}/ops/catalogue.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${catalogue})
file(STRINGS ${catalogue} lines REGEX "^OPERATOR\\(")

set(TORCHACTIV_OPERATORS)
set(includes "#pragma once\n\n")
foreach(line IN LISTS lines)
  string(REGEX MATCH "OPERATOR\\(([a-z0-9_]+), ([A-Za-z0-9_]+)\\)" _ "${line}")
  list(APPEND TORCHACTIV_OPERATORS "${CMAKE_MATCH_1} ${CMAKE_MATCH_2}")
  string(APPEND includes "#include \"ops/${CMAKE_MATCH_1}.h\"\n")
endforeach()

set(TORCHACTIV_GENERATED ${CMAKE_BINARY_DIR}/generated)
file(CONFIGURE OUTPUT ${TORCHACTIV_GENERATED}/activation_headers.h CONTENT "${includes}" @ONLY)

add_executable(torchactiv_describe_catalogue ${CMAKE_SOURCE_DIR}/tools/describe_catalogue.cpp)
target_include_directories(torchactiv_describe_catalogue PRIVATE ${CMAKE_SOURCE_DIR} ${TORCHACTIV_GENERATED})
target_compile_options(torchactiv_describe_catalogue PRIVATE ${TORCHACTIV_WARNINGS})

# An unchanged catalogue stays as old as it is, so that nothing is rendered again after a change of mere mathematics.
set(TORCHACTIV_CATALOGUE ${CMAKE_BINARY_DIR}/catalogue.json)
add_custom_command(
  OUTPUT ${TORCHACTIV_CATALOGUE}
  COMMAND torchactiv_describe_catalogue > ${TORCHACTIV_CATALOGUE}.new
  COMMAND ${CMAKE_COMMAND} -E copy_if_different ${TORCHACTIV_CATALOGUE}.new ${TORCHACTIV_CATALOGUE}
  DEPENDS torchactiv_describe_catalogue
  COMMENT "Describing the catalogue"
  VERBATIM)

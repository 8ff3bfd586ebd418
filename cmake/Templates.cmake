# The sources that are derived from the catalogue: Python functions and modules, and the public C++ headers.

# Renders the templates below a folder into another, as the target `name`.
function(torchactiv_render name templates output)
  set(renderer ${CMAKE_SOURCE_DIR}/tools/render_templates.py)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${templates}/*.jinja)
  set(rendered)
  foreach(source IN LISTS sources)
    file(RELATIVE_PATH path ${templates} ${source})
    string(REGEX REPLACE "\\.jinja$" "" path ${path})
    list(APPEND rendered ${output}/${path})
  endforeach()
  # The stamp stands for the rendered files, which keep their age where their text is the same.
  set(stamp ${TORCHACTIV_GENERATED}/${name}.stamp)
  add_custom_command(
    OUTPUT ${stamp}
    BYPRODUCTS ${rendered}
    COMMAND ${Python3_EXECUTABLE} ${renderer} --catalogue ${TORCHACTIV_CATALOGUE} --version ${TORCHACTIV_VERSION}
            ${templates} ${output}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${TORCHACTIV_CATALOGUE} ${sources} ${renderer}
    COMMENT "Rendering ${templates}"
    VERBATIM)
  add_custom_target(${name} ALL DEPENDS ${stamp})
endfunction()

set(TORCHACTIV_PYTHON_TEMPLATES ${CMAKE_SOURCE_DIR}/python_bindings/templates)
set(TORCHACTIV_RENDERED_PYTHON ${TORCHACTIV_GENERATED}/python)
torchactiv_render(torchactiv_python_sources ${TORCHACTIV_PYTHON_TEMPLATES} ${TORCHACTIV_RENDERED_PYTHON})

set(TORCHACTIV_HEADERS ${CMAKE_SOURCE_DIR}/csrc/include)
set(TORCHACTIV_RENDERED_HEADERS ${TORCHACTIV_GENERATED}/include)
torchactiv_render(torchactiv_public_headers ${TORCHACTIV_HEADERS}/templates ${TORCHACTIV_RENDERED_HEADERS})

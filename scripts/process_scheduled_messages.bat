@echo off
rem Called by the Windows Task Scheduler every 5 minutes. Runs one passage in the folder above
rem this script, where .env, the database and the log are, and keeps the program's exit code.
rem Set MESSAGES_HOME for another folder; a folder of the network gets a letter meanwhile.
setlocal
set "HERE=%~dp0"
set "PROGRAM=process-scheduled.exe"
if exist "%HERE%..\target\release\process-scheduled.exe" set "PROGRAM=%HERE%..\target\release\process-scheduled.exe"
if exist "%HERE%..\process-scheduled.exe" set "PROGRAM=%HERE%..\process-scheduled.exe"
if exist "%HERE%process-scheduled.exe" set "PROGRAM=%HERE%process-scheduled.exe"
set "FOLDER=%HERE%.."
if defined MESSAGES_HOME set "FOLDER=%MESSAGES_HOME%"
rem It is for this script alone.
set "MESSAGES_HOME="
if "%FOLDER:~0,2%"=="\\" (pushd "%FOLDER%") else (cd /d "%FOLDER%")
if errorlevel 1 (
  echo process-scheduled : le dossier "%FOLDER%" n'est pas accessible ; corrigez MESSAGES_HOME ou les droits du compte 1>&2
  exit /b 78
)
"%PROGRAM%" %*
exit /b %ERRORLEVEL%

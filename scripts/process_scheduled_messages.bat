@echo off
rem Called by the Windows Task Scheduler every 5 minutes. Runs one passage in the folder above
rem this script, where .env, the database and the log are, and keeps the program's exit code.
rem Set MESSAGES_HOME for another folder.
setlocal
set "HERE=%~dp0"
set "PROGRAM=process-scheduled.exe"
if exist "%HERE%..\target\release\process-scheduled.exe" set "PROGRAM=%HERE%..\target\release\process-scheduled.exe"
if exist "%HERE%..\process-scheduled.exe" set "PROGRAM=%HERE%..\process-scheduled.exe"
if exist "%HERE%process-scheduled.exe" set "PROGRAM=%HERE%process-scheduled.exe"
if not defined MESSAGES_HOME set "MESSAGES_HOME=%HERE%.."
cd /d "%MESSAGES_HOME%" || exit /b 78
"%PROGRAM%" %*
exit /b %ERRORLEVEL%

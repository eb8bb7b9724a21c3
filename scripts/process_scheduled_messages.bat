@echo off
rem Called by the Windows Task Scheduler every 5 minutes. Runs one passage in the folder above
rem this script, where .env, the database and the log are, and keeps the program's exit code.
rem Set MESSAGES_HOME for another folder.
setlocal
set "HERE=%~dp0"
if not defined MESSAGES_HOME set "MESSAGES_HOME=%HERE%.."
cd /d "%MESSAGES_HOME%" || exit /b 78
set "PROGRAM=process-scheduled.exe"
if exist "%HERE%process-scheduled.exe" set "PROGRAM=%HERE%process-scheduled.exe"
if exist "target\release\process-scheduled.exe" if not exist "%HERE%process-scheduled.exe" set "PROGRAM=target\release\process-scheduled.exe"
if exist "process-scheduled.exe" if not exist "%HERE%process-scheduled.exe" set "PROGRAM=process-scheduled.exe"
"%PROGRAM%" %*
exit /b %ERRORLEVEL%

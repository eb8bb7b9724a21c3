@echo off
rem To be started as an administrator, in the folder where the programs are to stay: rights of the folder,
rem settings, tables, and the task of every five minutes. Started again, it changes nothing that is there.
setlocal
cd /d "%~dp0" || exit /b 78
net session >nul 2>&1
if errorlevel 1 (
  echo installer : a lancer en administrateur ^(clic droit, Executer en tant qu'administrateur^) 1>&2
  exit /b 1
)
rem The settings hold passwords, and the database names and numbers: the task's account, the system and
rem administrators only. Names of accounts differ by language, their numbers do not.
icacls . /inheritance:r /grant:r "*S-1-5-19:(OI)(CI)M" "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" >nul || exit /b 1
if not exist .env copy env.sample .env >nul
process-scheduled.exe migrate || exit /b
powershell -NoProfile -Command "(Get-Content tache.xml -Raw -Encoding Unicode).Replace('C:\messages', [Security.SecurityElement]::Escape((Get-Location).Path)) | Set-Content tache-ici.xml -Encoding Unicode" || exit /b 1
schtasks /Create /F /TN "Messages programmes" /XML tache-ici.xml || exit /b 1
del tache-ici.xml
echo Installe : la tache "Messages programmes" s'execute toutes les cinq minutes. Rien ne part encore.
echo La suite : les reglages dans .env, puis process-scheduled check ; tout est dans EXPLOITATION.md.

using Microsoft.Extensions.Options;
using Tornadose.SignalR;
using Tornadose.SignalR.Server;

try
{
    await using var app = ServerApp.Build(args);
    await app.RunAsync();
    return 0;
}
catch (Exception wrong) when (
    wrong is InvalidOperationException or ArgumentException or OptionsValidationException or StoreException or IOException)
{
    // An invalid setting, or a file or a port that is not available: the operator needs the message, not a stack trace and a core dump.
    Console.Error.WriteLine($"tornadose-server: {wrong.Message}");
    return 1;
}

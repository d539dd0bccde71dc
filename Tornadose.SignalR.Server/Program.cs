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
    // A setting that cannot be meant, a file or a port that cannot be had: the operator needs its words, not a stack and a core dump.
    Console.Error.WriteLine($"tornadose-server: {wrong.Message}");
    return 1;
}

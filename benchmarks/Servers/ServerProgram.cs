namespace Tornadose.Benchmarks.Servers;

/// <summary>A server in its own process: prints its port on its first line, and runs until its input ends.</summary>
internal static class ServerProgram
{
    public static async Task<int> RunAsync(string kind, Options command)
    {
        switch (kind)
        {
            case "tornadose":
                return await TornadoseServer.RunAsync(command);
            case "group":
                return await GroupServer.RunAsync(command);
            case "handmade-sse":
                return await HandmadeServer.RunAsync(command);
            case "held":
                return await HeldResponseServer.RunAsync(command);
            case "download":
                return await DownloadServer.RunAsync(command);
            case "floor":
                return FloorServer.Run();
            default:
                await Console.Error.WriteLineAsync(
                    $"There is no server '{kind}': tornadose, group, handmade-sse, held, download or floor.");
                return 2;
        }
    }
}

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>The scripts, as they lie beside this file. <c>append.lua</c> and <c>change.lua</c> are also what foreign publishers
/// call.</summary>
internal static class RedisScripts
{
    public static string Append { get; } = Load("append.lua");

    public static string Change { get; } = Load("change.lua");

    public static string Entries { get; } = Load("entries.lua");

    public static string Lease { get; } = Load("lease.lua");

    public static string Read { get; } = Load("read.lua");

    public static string Nodes { get; } = Load("nodes.lua");

    public static string Tend { get; } = Load("tend.lua");

    private static string Load(string name)
    {
        using var stream = typeof(RedisScripts).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

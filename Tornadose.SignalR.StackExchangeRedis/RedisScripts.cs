namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>The scripts in this folder. Publishers without this library call <c>append.lua</c> and <c>change.lua</c> too.</summary>
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

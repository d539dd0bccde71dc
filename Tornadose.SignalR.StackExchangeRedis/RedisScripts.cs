namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>The scripts, as they lie beside this file. <c>append.lua</c> is also what foreign publishers call.</summary>
internal static class RedisScripts
{
    public static string Append { get; } = Read("append.lua");

    public static string Begin { get; } = Read("begin.lua");

    private static string Read(string name)
    {
        using var stream = typeof(RedisScripts).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

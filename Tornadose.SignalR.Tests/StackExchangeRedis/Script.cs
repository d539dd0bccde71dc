using Tornadose.SignalR.StackExchangeRedis;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>The script that foreign publishers call.</summary>
internal static class Script
{
    public static string Append => RedisScripts.Append;
}

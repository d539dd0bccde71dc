using Tornadose.SignalR.Redis;

namespace Tornadose.SignalR.Tests.Redis;

/// <summary>The script that foreign publishers call.</summary>
internal static class Script
{
    public static string Append => RedisScripts.Append;
}

using System.Text.Json;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>Finds settings of a configuration section <c>Tornadose</c> that match no option.</summary>
internal static class SettingNames
{
    public static IEnumerable<string> Unknown(JsonElement section) => section.EnumerateObject().SelectMany(setting => setting.Name switch
    {
        "Stores" => setting.Value.EnumerateObject().SelectMany(store => Unknown(store.Value, typeof(StoreOptions))),
        "Sqlite" => Unknown(setting.Value, typeof(SqliteBackplaneOptions)),
        "Redis" => Unknown(setting.Value, typeof(RedisBackplaneOptions)),
        _ => HasOption(typeof(TornadoseOptions), setting.Name) ? [] : [setting.Name],
    });

    private static IEnumerable<string> Unknown(JsonElement settings, Type options) =>
        settings.EnumerateObject().Select(setting => setting.Name).Where(name => !HasOption(options, name));

    private static bool HasOption(Type options, string name) => options.GetProperty(name) is not null;
}

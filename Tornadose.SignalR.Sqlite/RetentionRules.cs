using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>What the application's options say of stores that are in the database, whether or not anybody has opened them.</summary>
/// <param name="LimitsOf">Gives a store's limits by its name; null for one that the application does not know any more, which keeps those
/// that it had.</param>
/// <param name="IsDeclared">Whether the application has a store of this very name, which is never forgotten, as its epoch would
/// end.</param>
internal sealed record RetentionRules(Func<string, MessageLogLimits?> LimitsOf, Func<string, bool> IsDeclared);

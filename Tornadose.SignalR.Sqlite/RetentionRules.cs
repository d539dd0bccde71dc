using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>The application's options for stores in the database, whether or not anybody has opened them.</summary>
/// <param name="LimitsOf">Returns a store's limits by its name; null for a store that the application no longer knows, which keeps
/// its limits.</param>
/// <param name="IsDeclared">Whether the application has a store of exactly this name. It is never forgotten, because its epoch
/// would end.</param>
internal sealed record RetentionRules(Func<string, MessageLogLimits?> LimitsOf, Func<string, bool> IsDeclared);

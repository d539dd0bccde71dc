namespace Tornadose.SignalR.Diagnostics;

/// <summary>A store as instruments tell of it.</summary>
/// <param name="Name">Its name, or that of its family.</param>
/// <param name="ComesAndGoes">Whether it is one of a family and measured by its own name: once nobody reads it, nothing more is told of
/// it.</param>
internal readonly record struct MeasuredStore(string Name, bool ComesAndGoes = false);

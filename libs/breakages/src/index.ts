export * from './breakages';
